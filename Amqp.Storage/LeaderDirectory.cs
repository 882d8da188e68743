using Amqp.Storage.Configuration;
using Amqp.Storage.Files;
using Amqp.Storage.Replication;

namespace Amqp.Storage;

/// <summary>The data directory of a leader, whose changes its followers repeat. Thread-safe.</summary>
/// <remarks>Followers are served before the store is opened, because its start also waits for them.</remarks>
public sealed class LeaderDirectory : IDisposable
{
    private readonly string _path;
    private readonly ReplicationOptions _options;
    private readonly IStoreFiles _disk;
    private readonly InSyncSet _inSync;
    private readonly ReplicationLog _log;
    private readonly DiskProbe _probe;

    internal LeaderDirectory(
        string path, IStoreFiles disk, ulong epoch, ReplicationOptions options, InSyncSet inSync, OperationHistory? history)
    {
        (_path, _disk, _options, _inSync) = (path, disk, options, inSync);
        _log = new ReplicationLog(epoch, options, inSync, history);
        _probe = new DiskProbe(disk, path, options.HeartbeatInterval);
    }

    /// <summary>Names of the followers for which each sync waits.</summary>
    public IReadOnlyList<string> InSync => _inSync.Names;

    /// <summary>True if too few brokers are in sync, so that nothing is confirmed.</summary>
    public bool IsShortOfReplicas => _inSync.IsTooSmall;

    /// <summary>Time since the begin of the last sync of the disk that has ended. It is short if the disk works.</summary>
    public TimeSpan DiskSilence => _probe.Silence;

    /// <summary>Number of brokers, with this one, that must have an operation on their disks before it counts as durable.</summary>
    public int MinInSync
    {
        get => _inSync.MinInSync;
        set => _inSync.MinInSync = value;
    }

    /// <summary>Opens the store.</summary>
    /// <inheritdoc cref="DataDirectory.Open(string, StoreOptions)" path="/exception"/>
    /// <remarks>Waits for followers if more brokers must be in sync than this one.</remarks>
    public DataDirectory Open(StoreOptions options) =>
        DataDirectory.Open(
            _path,
            options with { CommitsOnPublisherThread = false, CountsRecoveredAsDelivered = true },
            new ReplicatedFiles(_disk, _path, _log));

    /// <summary>Serves a follower until its connection ends. Blocks the thread.</summary>
    /// <param name="stream">The connection, whose other end has been authenticated.</param>
    /// <exception cref="InvalidDataException">The follower broke the protocol.</exception>
    /// <exception cref="IOException">The connection has ended or failed, or the follower was too slow.</exception>
    public void Serve(Stream stream) => new LeaderLink(_log, _disk, _path, stream, _options).Run();

    /// <summary>Returns true if all followers in the set have answered a heartbeat that was sent since a time.</summary>
    /// <param name="timestamp">The time, as a timestamp of this machine.</param>
    public bool HaveAllAnsweredSince(long timestamp) => _inSync.HaveAllAnsweredSince(timestamp);

    /// <summary>Ends the replication. What was not durable before does not become durable.</summary>
    public void Dispose()
    {
        _inSync.Close();
        _probe.Dispose();
    }
}
