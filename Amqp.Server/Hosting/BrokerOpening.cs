using Amqp.Server.Broker;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Configuration;
using Amqp.Server.Logging;
using Amqp.Storage;
using Microsoft.Extensions.Options;

namespace Amqp.Server.Hosting;

/// <summary>Opens the broker when the process starts: when the first service asks for it, which is before anything listens.</summary>
internal sealed class BrokerOpening(
    BrokerConfiguration configuration, IOptions<BrokerOptions> options, TimeProvider clock, ContainedFaults faults, LastResort lastResort, ILoggerFactory loggers)
{
    /// <summary>What the store is used through. Tests put a store of their own before it.</summary>
    public Func<IMessageStore, IMessageStore> Seam { get; set; } = static store => store;

    /// <inheritdoc cref="MessageBroker.Open"/>
    public MessageBroker Open()
    {
        lastResort.Watch();
        var logger = loggers.CreateLogger<BrokerLifetime>();
        string files = configuration.Files.Count > 0 ? string.Join(", ", configuration.Files) : "defaults";
        logger.Starting("AmqpBroker", BrokerOptions.OwnVersion, Environment.Version, Path.GetFullPath(options.Value.DataDirectory), files);
        foreach (string warning in configuration.Warnings)
            logger.ConfigurationWarning(warning);
        var events = new BrokerEvents(clock, faults);
        events.Add(new EventLog(loggers));
        return MessageBroker.Open(options.Value, clock, faults, loggers.CreateLogger<MessageBroker>(), loggers.CreateLogger<Queue>(), events, Seam);
    }
}
