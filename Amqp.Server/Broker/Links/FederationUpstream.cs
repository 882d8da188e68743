using Amqp.Protocol;
using Amqp.Server.Client;

namespace Amqp.Server.Broker.Links;

/// <summary>A broker from which federated exchanges and queues get messages, with the options of the links to it.</summary>
internal sealed record FederationUpstream
{
    public required string Name { get; init; }

    /// <summary>The fields of the runtime parameters from which the upstream was read.</summary>
    public required FieldTable Fields { get; init; }

    /// <summary>The upstream's addresses. A link uses one that can be reached.</summary>
    public required IReadOnlyList<AmqpUri> Uris { get; init; }

    /// <summary>Name of the upstream exchange; null for the name of the federated exchange.</summary>
    public string? Exchange { get; init; }

    /// <summary>Name of the upstream queue; null for the name of the federated queue.</summary>
    public string? Queue { get; init; }

    /// <summary>Consumer tag at the upstream queue.</summary>
    public required string ConsumerTag { get; init; }

    /// <summary>Maximum number of unacknowledged messages; 0 for no limit.</summary>
    public ushort PrefetchCount { get; init; }

    /// <summary>Delay before another attempt after a failure.</summary>
    public TimeSpan ReconnectDelay { get; init; }

    /// <summary>Maximum number of exchange links that a message passes.</summary>
    public long MaxHops { get; init; }

    /// <summary>Time in milliseconds after which an unused upstream queue is deleted; null for never.</summary>
    public long? Expires { get; init; }

    /// <summary>Time in milliseconds after which a message in the upstream queue expires; null for never.</summary>
    public long? MessageTtl { get; init; }

    /// <summary>True to keep the user-id property of messages.</summary>
    public bool TrustsUserId { get; init; }

    public AckMode AckMode { get; init; }

    /// <summary>Value of the argument <c>x-ha-policy</c> of the upstream queue, for old brokers; null for none.</summary>
    public string? HaPolicy { get; init; }

    /// <summary>Type of the upstream queue of an exchange; null for the upstream's default.</summary>
    public string? QueueType { get; init; }

    /// <summary>True to bind at the upstream without waiting for replies.</summary>
    public bool BindsWithoutReply { get; init; }

    /// <summary>True to delete the link's queue and exchange at the upstream when the link is removed.</summary>
    public bool CleansUp { get; init; }

    /// <summary>True to bind on the channel that also delivers messages.</summary>
    public bool UsesOneChannel { get; init; }

    /// <summary>Returns true if both were read from the same fields.</summary>
    public bool IsSameAs(FederationUpstream other) => Name == other.Name && Fields.Equals(other.Fields);
}
