namespace Amqp.Storage.Configuration;

/// <summary>How much memory and disk the store takes for its work, and how long it may hold back a sync.</summary>
public sealed class StoreOptions
{
    /// <summary>Bytes after which the log goes on in a new file. A file is longer only when one record is. At least <see cref="BlockSize"/>.</summary>
    public int SegmentSize { get; init; } = 64 << 20;

    /// <summary>Bytes of memory that are taken and given back at a time. A larger message gets a block of its own. At least 4 KiB.</summary>
    public int BlockSize { get; init; } = 256 << 10;

    /// <summary>Bytes of persistent messages that stay in memory after they were written. Beyond it the oldest are read from disk when needed.</summary>
    public long ResidentBytes { get; init; } = 48 << 20;

    /// <summary>
    /// Messages of durable queues that all queues together remember one by one, at 24 bytes each. Beyond it those leave memory
    /// that the index of a full segment can find again; those of a segment that is not full stay.
    /// </summary>
    public long MaxMessagesInMemory { get; init; } = 500_000;

    /// <summary>
    /// Bytes of messages that are not persistent, or in no durable queue, that stay in memory. Beyond it the oldest are paged out and read
    /// from disk when needed. By default, and in a store without a disk, all stay.
    /// </summary>
    public long MaxTransientBytesInMemory { get; init; } = long.MaxValue;

    /// <summary>While fewer bytes than this are free on the disk, nothing is paged out. 0 or more.</summary>
    public long MinFreeDiskBytes { get; init; }

    /// <summary>
    /// Bytes of the disk that are kept for settles when it is full; 0: none; null: the smaller of one segment and 5 % of the disk. While they are not whole
    /// <see cref="IMessageStore.IsFull"/> is true.
    /// </summary>
    public long? DiskReserveBytes { get; init; } = 0;

    /// <summary>Bytes that may wait to be written before <see cref="IMessageStore.IsBehind"/> says that publishers should pause. No more than half of <see cref="DiskReserveBytes"/>, if that is not 0.</summary>
    public long MaxUnwrittenBytes { get; init; } = 32 << 20;

    /// <summary>The longest that persistent data nobody waits for stays unsynced.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>After paging failed, it is tried again when this has passed.</summary>
    internal TimeSpan PagingRetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After other work in the background failed, it is tried again when this has passed.</summary>
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
