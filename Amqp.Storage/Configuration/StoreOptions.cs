namespace Amqp.Storage.Configuration;

/// <summary>Limits of a store on memory, disk and the time between syncs.</summary>
public sealed class StoreOptions
{
    /// <summary>
    /// Bytes after which the log continues in a new segment. A segment is longer only if a
    /// single record is. From <see cref="BlockSize"/> to 1 GiB.
    /// </summary>
    public int SegmentSize { get; init; } = 64 << 20;

    /// <summary>
    /// Bytes of a block, which is allocated and freed as a whole. A larger message has a larger block of its own. 4 KiB to 64 MiB.
    /// </summary>
    public int BlockSize { get; init; } = 256 << 10;

    /// <summary>
    /// Limit on the memory of blocks whose bytes are also on disk. Above the limit the oldest
    /// blocks are evicted, and read from disk when needed.
    /// </summary>
    public long ResidentBytes { get; init; } = 48 << 20;

    /// <summary>
    /// Limit on the entries of all durable queues together, at 24 bytes each. Above the limit, entries are spilled if their segment has an
    /// index. Entries for messages of the open segment stay in memory.
    /// </summary>
    public long MaxMessagesInMemory { get; init; } = 500_000;

    /// <summary>
    /// Limit on the memory of transient messages: those that are not persistent, or are in no durable queue. Above the limit the oldest
    /// blocks are paged out, and read from disk when needed. By default, and in a store without a disk, there is no limit.
    /// </summary>
    public long MaxTransientBytesInMemory { get; init; } = long.MaxValue;

    /// <summary>Free bytes on the disk below which nothing is paged out. 0 or more.</summary>
    public long MinFreeDiskBytes { get; init; }

    /// <summary>
    /// Bytes of disk reserved for settles on a full disk. 0 for none; null for the smaller of one segment and 5 % of the disk. While the
    /// reserve has less than its full size, <see cref="IMessageStore.IsFull"/> is true.
    /// </summary>
    public long? DiskReserveBytes { get; init; } = 0;

    /// <summary>
    /// Unwritten bytes above which <see cref="IMessageStore.IsBehind"/> is true. If there is a disk reserve,
    /// this limit is lowered to half of the reserve, but not below <see cref="BlockSize"/>.
    /// </summary>
    public long MaxUnwrittenBytes { get; init; } = 32 << 20;

    /// <summary>Maximum time that persistent data stays unsynced if no commit is requested.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Delay before paging is retried after a failure.</summary>
    internal TimeSpan PagingRetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Delay before background work other than paging is retried after a failure.</summary>
    internal TimeSpan BackgroundRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BlockSize, 4 << 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BlockSize, 64 << 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(SegmentSize, BlockSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SegmentSize, 1 << 30);
        ArgumentOutOfRangeException.ThrowIfNegative(ResidentBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxMessagesInMemory);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxTransientBytesInMemory);
        ArgumentOutOfRangeException.ThrowIfNegative(MinFreeDiskBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(DiskReserveBytes ?? 0, nameof(DiskReserveBytes));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxUnwrittenBytes);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SyncInterval, TimeSpan.Zero);
    }
}
