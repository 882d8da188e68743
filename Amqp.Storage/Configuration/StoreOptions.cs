namespace Amqp.Storage.Configuration;

/// <summary>Options of a store: limits on memory and disk space, and the time between syncs.</summary>
public sealed record StoreOptions
{
    /// <summary>Maximum bytes of a segment, from <see cref="BlockSize"/> to 1 GiB. A larger record has a segment of its own.</summary>
    public int SegmentSize { get; init; } = 64 << 20;

    /// <summary>
    /// Bytes of a block, from 4 KiB to 64 MiB. A block is allocated and freed as a whole. A larger message has a block of its own.
    /// </summary>
    public int BlockSize { get; init; } = 256 << 10;

    /// <summary>Limit on the memory of blocks that are also on disk. Above the limit, the store frees the oldest blocks.</summary>
    public long ResidentBytes { get; init; } = 48 << 20;

    /// <summary>
    /// Limit on the number of entries in memory, for all durable queues together. An entry takes 24 bytes, and describes a message of a
    /// queue.
    /// </summary>
    /// <remarks>Above the limit, entries are removed from memory if an index on disk contains them.</remarks>
    public long MaxMessagesInMemory { get; init; } = 500_000;

    /// <summary>
    /// Limit on the memory of messages that are not persistent or are in no durable queue. Above the limit, the store writes the oldest
    /// blocks to disk. A store without a disk has no limit.
    /// </summary>
    public long MaxTransientBytesInMemory { get; init; } = long.MaxValue;

    /// <summary>Minimum free disk space for writing transient messages to disk, in bytes. 0 or more.</summary>
    public long MinFreeDiskBytes { get; init; }

    /// <summary>
    /// Disk space reserved for acknowledgements on a full disk, in bytes; 0: none; null: the size of a segment or 5 % of the disk,
    /// whichever is smaller.
    /// </summary>
    /// <remarks>While the reserve is not complete, <see cref="IMessageStore.IsFull"/> is true.</remarks>
    public long? DiskReserveBytes { get; init; } = 0;

    /// <summary>Unwritten bytes above which <see cref="IMessageStore.IsBehind"/> is true.</summary>
    /// <remarks>A disk reserve lowers this limit to half of the reserve, but not below <see cref="BlockSize"/>.</remarks>
    public long MaxUnwrittenBytes { get; init; } = 32 << 20;

    /// <summary>Maximum time until persistent data is synced if no commit is requested.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>True if a publisher may commit on its own thread while syncs are quick. False if syncs wait for other brokers.</summary>
    internal bool CommitsOnPublisherThread { get; init; } = true;

    /// <summary>
    /// True if each recovered message counts as delivered once: deliveries of the leader before may not have been recorded here.
    /// </summary>
    internal bool CountsRecoveredAsDelivered { get; init; }

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
