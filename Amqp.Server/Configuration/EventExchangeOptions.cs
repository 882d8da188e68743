namespace Amqp.Server.Configuration;

/// <summary>Options for the exchange <c>amq.rabbitmq.event</c>.</summary>
public sealed class EventExchangeOptions
{
    /// <summary>True if the exchange exists and events are published to the exchange.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>Virtual host of the exchange; null for the default virtual host.</summary>
    public string? VirtualHost { get; set; }
}
