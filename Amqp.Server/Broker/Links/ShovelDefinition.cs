using Amqp.Protocol;
using Amqp.Server.Client;

namespace Amqp.Server.Broker.Links;

/// <summary>A shovel: takes messages from a queue or an exchange of one broker, and publishes them at another one or the same.</summary>
internal sealed record ShovelDefinition
{
    /// <summary>Name of the runtime parameters' component.</summary>
    public const string Component = "shovel";

    /// <summary>The virtual host of the parameter; empty for a static shovel.</summary>
    public required string VirtualHost { get; init; }

    /// <summary>True for a shovel of the configuration. It belongs to no virtual host.</summary>
    public bool IsStatic => VirtualHost.Length == 0;

    public required string Name { get; init; }

    /// <summary>The source. If there are several, the first that can be reached is used.</summary>
    public required IReadOnlyList<AmqpUri> SourceUris { get; init; }

    /// <summary>The destination. If there are several, the first that can be reached is used.</summary>
    public required IReadOnlyList<AmqpUri> DestinationUris { get; init; }

    /// <summary>The queue to consume, which is declared if it is missing; null to consume <see cref="SourceExchange"/>.</summary>
    public string? SourceQueue { get; init; }

    /// <summary>The exchange to which the shovel binds an exclusive queue; null to consume <see cref="SourceQueue"/>.</summary>
    public string? SourceExchange { get; init; }

    /// <summary>Routing key of the binding to <see cref="SourceExchange"/>.</summary>
    public string SourceKey { get; init; } = "";

    /// <summary>The queue to publish to, which is declared if it is missing; null to publish to an exchange.</summary>
    public string? DestinationQueue { get; init; }

    /// <summary>The exchange to publish to; null for the exchange that each message was published to.</summary>
    public string? DestinationExchange { get; init; }

    /// <summary>The routing key to publish with; null for the one that each message was published with.</summary>
    public string? DestinationKey { get; init; }

    public AckMode AckMode { get; init; } = AckMode.OnConfirm;

    /// <summary>Maximum number of unacknowledged messages; 0 for no limit.</summary>
    public ushort PrefetchCount { get; init; } = 1000;

    /// <summary>Arguments of basic.consume.</summary>
    public FieldTable ConsumerArguments { get; init; } = FieldTable.Empty;

    /// <summary>Number of messages after which the shovel deletes itself; null for never.</summary>
    public long? DeleteAfter { get; init; }

    /// <summary>True if the shovel deletes itself after the messages that the queue holds when it starts.</summary>
    public bool DeletesAfterQueueLength { get; init; }

    /// <summary>Delay before another attempt; zero for no other attempt.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>True to add the header <c>x-shovelled</c>.</summary>
    public bool AddsForwardHeaders { get; init; }

    /// <summary>True to add the header <c>x-shovelled-timestamp</c>.</summary>
    public bool AddsTimestampHeader { get; init; }

    /// <summary>Properties that replace those of each message, by RabbitMQ's names such as <c>delivery_mode</c>.</summary>
    public FieldTable PublishProperties { get; init; } = FieldTable.Empty;
}
