using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Tracing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;
using Amqp.Storage;

namespace Amqp.Server.Broker;

/// <summary>
/// Creates the alarms, and the table of virtual hosts. Parts of the broker that are created later are passed as delegates.
/// </summary>
internal static class BrokerParts
{
    /// <summary>Creates the empty table of virtual hosts.</summary>
    /// <param name="broker">The broker, which is not complete yet.</param>
    /// <param name="options">The configuration.</param>
    /// <param name="definitions">The stored exchanges, queues and bindings.</param>
    /// <param name="timer">Timer of all queues.</param>
    /// <param name="clock">Clock for all timestamps.</param>
    /// <param name="logger">Log of virtual hosts, exchanges and queues.</param>
    /// <param name="spans">Creates trace spans of messages; null if tracing is off.</param>
    /// <param name="making">Called with each new virtual host, before its bindings are restored.</param>
    public static VirtualHostTable NewVirtualHosts(
        MessageBroker broker,
        BrokerOptions options,
        DefinitionStore definitions,
        QueueTimer timer,
        TimeProvider clock,
        ILogger logger,
        MessageSpans? spans,
        Action<VirtualHost> making)
    {
        var services = new QueueServices
        {
            Store = broker.Store,
            Timer = timer,
            Clock = clock,
            Logger = logger,
            Faults = broker.Faults,
            HeldMemory = broker.Memory.Held,
            Statistics = broker.Statistics,
            Quarantine = definitions.Quarantine,
            QuarantineLimit = options.Limits.QuarantineLimit,
            RecentHistoryLimit = options.Limits.RecentHistoryLimit,
            DeduplicationLimit = options.Limits.DeduplicationLimit,
            StoresReplicated = options.Cluster.Enabled,
            IsDiskShort = () => broker.Alarms.IsDiskShort,
        };
        var declareRules = new DeclareRules(options.Limits.ClusterQueueLimit, options.VirtualHosts.DefaultQueueType, () =>
            broker.VirtualHosts.All.Sum(host => (long)host.QueueCount))
        {
            ExchangeLimit = options.Limits.ClusterExchangeLimit,
            CountExchanges = () => broker.VirtualHosts.All.Sum(host => (long)host.Routing.Count),
        };
        return new VirtualHostTable(services, new TopologyStore(definitions), broker.Permissions, broker.Parameters, declareRules)
        {
            Events = broker.Events,
            Making = making,
            Limit = options.VirtualHosts.Limit,
            Spans = spans,
        };
    }

    public static ResourceAlarms NewAlarms(
        MessageBroker broker, BrokerOptions options, ILogger logger, TimeProvider clock, LeaderDirectory? leader) => new(
        new ResourceLimit(
            new MemoryMeasure(() => broker.Memory.InUse, () => Environment.WorkingSet, options.Alarms.MemoryHighWatermark).Against,
            options.Alarms.MemoryHighWatermark),
        new DiskWatch(
            new ResourceLimit(_ => DiskSpace.Free(options.DataDirectory), options.Alarms.DiskFreeLimit),
            () => broker.Store.AppendedPosition, () => broker.Store.IsFull),
        logger, clock, broker.Faults)
        {
            LacksNodes = leader is null ? static () => false : () => leader.IsShortOfReplicas,
        };
}
