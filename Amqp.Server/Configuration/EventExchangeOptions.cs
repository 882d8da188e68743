namespace Amqp.Server.Configuration;

/// <summary>The exchange <c>amq.rabbitmq.event</c>.</summary>
public sealed class EventExchangeOptions
{
    /// <summary>Whether there is the exchange <c>amq.rabbitmq.event</c>.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>The virtual host of that exchange; null: the one that a new data directory begins with.</summary>
    public string? VirtualHost { get; set; }
}
