using Amqp.Server.Broker;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Configuration;
using Amqp.Server.Logging;
using Amqp.Storage;
using Microsoft.Extensions.Options;

namespace Amqp.Server.Hosting;

/// <summary>Opens the broker when a service first requests it, during the start of the process. No socket listens yet.</summary>
internal sealed class BrokerOpening(
    BrokerConfiguration configuration,
    IOptions<BrokerOptions> options,
    TimeProvider clock,
    ContainedFaults faults,
    RecentEvents recent,
    ILoggerFactory loggers)
{
    /// <summary>
    /// Receives the message store, and returns the store that the broker uses. Tests set the function, to observe calls to the store or
    /// make them fail.
    /// </summary>
    public Func<IMessageStore, IMessageStore> Seam { get; set; } = static store => store;

    /// <summary>The data directory if other nodes follow its changes; null for a single node.</summary>
    public LeaderDirectory? Leader { get; set; }

    /// <inheritdoc cref="MessageBroker.Open"/>
    public MessageBroker Open()
    {
        var logger = loggers.CreateLogger<BrokerLifetime>();
        string files = configuration.Files.Count > 0 ? string.Join(", ", configuration.Files) : "defaults";
        logger.Starting("AmqpBroker", BrokerOptions.OwnVersion, Environment.Version, Path.GetFullPath(options.Value.DataDirectory), files);
        foreach (string warning in configuration.Warnings)
            logger.ConfigurationWarning(warning);
        var events = new BrokerEvents(clock, faults);
        events.Add(new EventLog(loggers));
        events.Add(recent);
        return MessageBroker.Open(
            options.Value, clock, faults, loggers.CreateLogger<MessageBroker>(), loggers.CreateLogger<Queue>(), events, Seam, Leader);
    }
}
