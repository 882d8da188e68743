namespace Amqp.Server.Configuration;

/// <summary>Options for the exchange <c>amq.rabbitmq.event</c>.</summary>
public sealed class EventExchangeOptions
{
    /// <summary>True to declare the exchange and publish events to it.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>Virtual host of the exchange; null for the default virtual host.</summary>
    public string? VirtualHost { get; set; }
}
