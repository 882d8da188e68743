using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;

namespace Amqp.Server.Broker;

/// <summary>The broker's own exchanges: one for its events and one for its log.</summary>
internal sealed class InternalExchanges(BrokerOptions options, BrokerEvents events)
{
    /// <summary>Name of the exchange to which RabbitMQ publishes its log.</summary>
    public const string LogExchangeName = "amq.rabbitmq.log";

    /// <summary>Publishes to the log exchange; null if logging to an exchange is off.</summary>
    public InternalPublisher? LogPublisher { get; private set; }

    /// <summary>
    /// Adds the configured event and log exchanges to a virtual host. Called before the bindings of these exchanges are restored.
    /// </summary>
    public void Add(VirtualHost virtualHost)
    {
        if (options.EventExchange.IsEnabled
            && virtualHost.Name == (options.EventExchange.VirtualHost ?? options.Access.DefaultAccess.VirtualHost))
            events.Add(new EventExchange(virtualHost.AddInternalExchange(EventExchange.Name)));
        if (options.Log.IsOnExchange && virtualHost.Name == options.Access.DefaultAccess.VirtualHost)
            LogPublisher = virtualHost.AddInternalExchange(LogExchangeName);
    }
}
