using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.Tracing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;
using Amqp.Storage;
using Amqp.Storage.Catalog;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;

namespace Amqp.Server.Broker;

/// <summary>The broker's own exchanges: one for its events and one for its log.</summary>
internal sealed class InternalExchanges(BrokerOptions options, BrokerEvents events)
{
    /// <summary>Name of the exchange to which RabbitMQ publishes its log.</summary>
    public const string LogExchangeName = "amq.rabbitmq.log";

    /// <summary>Publisher to the log exchange; null if logging to an exchange is off.</summary>
    public InternalPublisher? LogPublisher { get; private set; }

    /// <summary>
    /// Adds the event and log exchanges. Runs before bindings are restored, so that bindings to these exchanges are kept.
    /// </summary>
    public void Add(VirtualHost virtualHost)
    {
        if (options.EventExchange.IsEnabled && virtualHost.Name == (options.EventExchange.VirtualHost ?? options.Access.DefaultAccess.VirtualHost))
            events.Add(new EventExchange(virtualHost.AddInternalExchange(EventExchange.Name)));
        if (options.Log.IsOnExchange && virtualHost.Name == options.Access.DefaultAccess.VirtualHost)
            LogPublisher = virtualHost.AddInternalExchange(LogExchangeName);
    }
}
