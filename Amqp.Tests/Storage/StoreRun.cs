using Amqp.Storage;
using Amqp.Storage.Catalog;
using Amqp.Storage.Configuration;
using Amqp.Storage.Files;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;
using Amqp.Storage.Recovery;

namespace Amqp.Tests.Storage;

/// <summary>One run of a broker's store on a directory, with the durable queues 1 and 2.</summary>
internal sealed class StoreRun : IAsyncDisposable
{
    public static readonly StoreOptions Small =
        new() { BlockSize = 4 << 10, SegmentSize = 16 << 10, ResidentBytes = 8 << 10, SyncInterval = TimeSpan.FromMilliseconds(20) };

    /// <summary>
    /// Like <see cref="Small"/>, but with a limit of 8 entries in memory. All other entries are removed once an index contains them.
    /// </summary>
    public static readonly StoreOptions Deep = new()
    {
        BlockSize = 4 << 10,
        SegmentSize = 16 << 10,
        ResidentBytes = 8 << 10,
        MaxMessagesInMemory = 8,
        SyncInterval = TimeSpan.FromMilliseconds(20)
    };

    /// <summary>As <see cref="Small"/>, but only two blocks of transient messages may be in memory.</summary>
    public static readonly StoreOptions Paged = new()
    {
        BlockSize = 4 << 10,
        SegmentSize = 16 << 10,
        ResidentBytes = 8 << 10,
        MaxTransientBytesInMemory = 8 << 10,
        PagingRetryDelay = TimeSpan.FromMilliseconds(20),
        SyncInterval = TimeSpan.FromMilliseconds(20),
    };

    private readonly DataDirectory _directory;

    public StoreRun(
        string path,
        StoreOptions? options = null,
        IStoreFiles? files = null,
        IReadOnlyCollection<MessagePlace>? aside = null,
        params uint[] queues)
    {
        _directory = DataDirectory.Open(path, options ?? Small, files ?? new DiskFiles());
        try
        {
            Store = _directory.OpenStore(queues.Length > 0 ? queues.ToHashSet() : [1, 2], aside ?? []);
        }
        catch
        {
            _directory.Dispose();
            throw;
        }
        First = Store.OpenQueue(1, durable: true);
        Second = Store.OpenQueue(2, durable: true);
    }

    public IMessageStore Store { get; }

    public ICatalog Catalog => _directory.Catalog;

    public RecoveryReport Report => _directory.Report;

    public StoredQueue First { get; }

    public StoredQueue Second { get; }

    public async Task CommitAsync() => await Store.WaitForCommitAsync(Store.AppendedPosition).WaitAsync(TimeSpan.FromSeconds(10));

    /// <summary>
    /// Syncs the log. Then waits until all full segments have indexes, and messages above the memory limits are on disk only.
    /// </summary>
    public async Task SettleDownAsync()
    {
        await CommitAsync();
        await ((FileMessageStore)Store).WhenIdleAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _directory.Dispose();
    }
}
