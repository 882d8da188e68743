using System.Text;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Replication;

namespace Amqp.Storage;

/// <summary>The data directory of a node that follows a leader, or waits for one. The directory is locked.</summary>
/// <remarks>One thread at a time follows. The state can be read by any thread.</remarks>
public sealed class FollowerDirectory : IDisposable
{
    private readonly string _path;
    private readonly string _node;
    private readonly ReplicationOptions _options;
    private readonly IStoreFiles _disk;
    private readonly DirectoryLock _lock;
    private readonly OperationHistory _history;
    private readonly FollowerStore _store;
    private FollowerLink? _link;

    private FollowerDirectory(string path, string node, ReplicationOptions options, IStoreFiles disk, DirectoryLock heldLock)
    {
        (_path, _node, _options, _disk, _lock) = (path, node, options, disk, heldLock);
        CheckNode();
        _history = new OperationHistory(options.RingSize);
        _store = new FollowerStore(disk, path, _history);
    }

    /// <summary>True if the files are a consistent store, so that the node may become the leader.</summary>
    public bool IsComplete => _store.State.IsComplete;

    /// <summary>The highest epoch that was followed. Leaders of earlier epochs are refused.</summary>
    public ulong Epoch => _store.State.Epoch;

    /// <summary>The last operation that was repeated; number 0 if the node has not followed since its start.</summary>
    public ReplicaPosition Last => _store.Last;

    /// <summary>When a leader was last heard, as a timestamp of this machine; 0 if none was.</summary>
    public long Heard => Volatile.Read(ref _link)?.Heard ?? 0;

    /// <summary>Opens or creates a directory.</summary>
    /// <param name="path">Path of the data directory.</param>
    /// <param name="node">Name of this node. It is kept in the directory.</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="DataDirectoryException">The directory is in use, belongs to another node, or cannot be accessed.</exception>
    public static FollowerDirectory Open(string path, string node, ReplicationOptions options) =>
        Open(path, node, options, new DiskFiles());

    internal static FollowerDirectory Open(string path, string node, ReplicationOptions options, IStoreFiles disk)
    {
        path = Path.GetFullPath(path);
        DirectoryLock? heldLock = null;
        try
        {
            disk.CreateDirectory(path);
            heldLock = DirectoryLock.Take(path);
            return new FollowerDirectory(path, node, options, disk, heldLock);
        }
        catch (Exception cause)
        {
            heldLock?.Dispose();
            if (cause is IOException or UnauthorizedAccessException or InvalidDataException)
                throw new DataDirectoryException($"the data directory {path} cannot be opened: {cause.Message}");
            throw;
        }
    }

    /// <summary>Follows a leader until the connection ends. Blocks the thread.</summary>
    /// <param name="stream">The connection to the leader, whose certificate has been checked.</param>
    /// <exception cref="InvalidDataException">The leader's epoch is over, or it broke the protocol.</exception>
    /// <exception cref="IOException">The connection has ended, or a file operation failed. The node may connect again.</exception>
    public void Follow(Stream stream)
    {
        var link = new FollowerLink(_store, _disk, _path, _node);
        Volatile.Write(ref _link, link);
        link.Run(stream);
    }

    /// <summary>Makes this node the leader. It no longer follows, and this object cannot be used any more.</summary>
    /// <param name="epoch">Epoch of the node as the leader. It is made durable.</param>
    /// <param name="members">The followers in the in-sync set.</param>
    /// <param name="change">
    /// Makes the coordinator change the followers in the in-sync set. Throws an <see cref="IOException"/> if it is not known whether that
    /// was done.
    /// </param>
    /// <exception cref="InvalidOperationException">The files are no consistent store.</exception>
    public LeaderDirectory Lead(ulong epoch, IEnumerable<string> members, Action<IReadOnlyCollection<string>> change)
    {
        if (!IsComplete)
            throw new InvalidOperationException("the files of this node are no consistent store");
        _store.Accept(epoch);
        Dispose(); // the store takes the lock itself
        return new LeaderDirectory(_path, _disk, epoch, _options, new InSyncSet(_options, change, members), _history);
    }

    public void Dispose()
    {
        _store.Dispose();
        _lock.Dispose();
    }

    /// <summary>Keeps the name of the node at the first start. Another node's directory would count as that node's copy.</summary>
    private void CheckNode()
    {
        string path = Path.Join(_path, ReplicaFiles.Node);
        if (_disk.Exists(path))
        {
            Span<byte> text = stackalloc byte[ReplicaGreeting.MaxNode];
            using var old = _disk.Open(path, FileAccess.Read);
            string name = Encoding.UTF8.GetString(text[..old.Read(text, 0)]);
            if (name.Length > 0 && name != _node)
                throw new DataDirectoryException($"the data directory {_path} belongs to the node {name}, and this node is {_node}");
            if (name.Length > 0)
                return;
        }
        using var file = _disk.Create(path);
        file.Write(Encoding.UTF8.GetBytes(_node), 0);
        file.Sync();
        _disk.SyncDirectory(_path);
    }
}
