using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;
using Amqp.Storage;
using Amqp.Storage.Faults;
using Amqp.Storage.Recovery;

namespace Amqp.Server.Broker;

/// <summary>A data directory that is in use by this broker, its message store and its definitions.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Store">The message store, with the messages that the last run left.</param>
/// <param name="Definitions">What else the last run left.</param>
internal sealed record OpenedStore(DataDirectory Directory, IMessageStore Store, DefinitionStore Definitions)
{
    /// <param name="options">The configuration.</param>
    /// <param name="clock">Says how long it took.</param>
    /// <param name="logger">Told of what was found.</param>
    /// <param name="seam">What the store is used through.</param>
    /// <exception cref="DataDirectoryException">It is in use, or of a newer version.</exception>
    public static OpenedStore Open(BrokerOptions options, TimeProvider clock, ILogger logger, Func<IMessageStore, IMessageStore> seam)
    {
        long started = clock.GetTimestamp();
        var directory = DataDirectory.Open(options.DataDirectory, options.Store);
        try
        {
            var definitions = new DefinitionStore(directory.Catalog);
            var topology = new TopologyStore(definitions);
            var store = seam(directory.OpenStore(topology.QueueNumbers(), definitions.Quarantine.Restored));
            definitions.Numbers.Skip(directory.Report.HighestQueue);
            definitions.Quarantine.Forget(directory.Report.AsideMissing);
            logger.Recovered(directory.Report.Messages, topology.QueueCount, options.DataDirectory, (long)clock.GetElapsedTime(started).TotalMilliseconds);
            Report(directory.Report, logger);
            return new OpenedStore(directory, store, definitions);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>For a broker that could not be made of it. Each step is taken whatever became of the other.</summary>
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
