using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;
using Amqp.Storage;
using Amqp.Storage.Faults;
using Amqp.Storage.Recovery;

namespace Amqp.Server.Broker;

/// <summary>An open data directory with its message store and its definitions.</summary>
/// <param name="Directory">The data directory, with the lock on its folder.</param>
/// <param name="Store">The store with the recovered messages.</param>
/// <param name="Definitions">The definitions in the directory.</param>
/// <param name="Leader">The data directory as the leader's of a cluster; null for a single node.</param>
internal sealed record OpenedStore(DataDirectory Directory, IMessageStore Store, DefinitionStore Definitions, LeaderDirectory? Leader)
{
    /// <param name="options">Configuration of the broker.</param>
    /// <param name="clock">Measures the duration of the recovery.</param>
    /// <param name="logger">Logs the result of the recovery.</param>
    /// <param name="seam">Wraps the store in tests; the broker passes a function without effect.</param>
    /// <param name="leader">The data directory if other nodes follow its changes; null for a single node.</param>
    /// <exception cref="DataDirectoryException">The directory is in use, or was written by a newer version.</exception>
    public static OpenedStore Open(
        BrokerOptions options, TimeProvider clock, ILogger logger, Func<IMessageStore, IMessageStore> seam, LeaderDirectory? leader)
    {
        long started = clock.GetTimestamp();
        var directory = leader?.Open(options.Store) ?? DataDirectory.Open(options.DataDirectory, options.Store);
        try
        {
            var definitions = new DefinitionStore(directory.Catalog);
            var topology = new TopologyStore(definitions);
            var store = seam(directory.OpenStore(topology.QueueNumbers(), definitions.Quarantine.Restored));
            definitions.Numbers.Skip(directory.Report.HighestQueue);
            definitions.Quarantine.Forget(directory.Report.AsideMissing);
            logger.Recovered(
                directory.Report.Messages,
                topology.QueueCount,
                options.DataDirectory,
                (long)clock.GetElapsedTime(started).TotalMilliseconds);
            Report(directory.Report, logger);
            return new OpenedStore(directory, store, definitions, leader);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Used after a failed start. Closes the store and then, even if that fails, the directory.</summary>
    public async Task DisposeAsync(ContainedFaults faults)
    {
        await faults.ContainAsync(Compartment.Broker, "the stop of the store", () => Store.DisposeAsync().AsTask());
        faults.Contain(Compartment.Broker, "the stop of the data directory", Directory.Dispose);
    }

    private static void Report(RecoveryReport report, ILogger logger)
    {
        foreach (var finding in report.Findings)
        {
            if (finding.IsRebuilt)
                logger.IndexRebuilt(finding.File);
            else if (finding.IsTornTail)
                logger.TornTailCut(finding.Length, finding.File, finding.Offset);
            else
                logger.DamageFound(finding.Length, finding.File, finding.Offset);
        }
    }
}
