using Amqp.Storage.Configuration;

namespace Amqp.Server.Configuration;

/// <summary>Collects the settings of the store, because <see cref="StoreOptions"/> is immutable.</summary>
internal sealed class StorePlan
{
    private static readonly StoreOptions _default = new();

    public int SegmentSize { get; set; } = _default.SegmentSize;
    public int BlockSize { get; set; } = _default.BlockSize;
    public long ResidentBytes { get; set; } = _default.ResidentBytes;
    public long MaxMessagesInMemory { get; set; } = _default.MaxMessagesInMemory;
    public long MaxUnwrittenBytes { get; set; } = _default.MaxUnwrittenBytes;
    public TimeSpan SyncInterval { get; set; } = _default.SyncInterval;

    /// <inheritdoc cref="StoreOptions.DiskReserveBytes"/>
    public long? DiskReserveBytes { get; set; }

    /// <summary>Creates the store's options from these settings.</summary>
    /// <remarks>
    /// Messages that are not written to disk yet take at most a quarter of the memory high watermark. Written messages that stay in memory
    /// take at most another quarter.
    /// </remarks>
    /// <param name="memory">Provides the memory high watermark and the limit for transient messages in memory.</param>
    /// <param name="diskFreeLimit">Free disk space in bytes below which no messages are paged out.</param>
    public StoreOptions ToOptions(MemoryWatermark memory, long diskFreeLimit)
    {
        long highWatermark = memory.Resolve();
        return new StoreOptions
        {
            SegmentSize = Math.Max(SegmentSize, BlockSize),
            BlockSize = BlockSize,
            MaxMessagesInMemory = MaxMessagesInMemory,
            ResidentBytes = Math.Min(ResidentBytes, highWatermark / 4),
            MaxTransientBytesInMemory = memory.ResolvePaging(),
            MinFreeDiskBytes = diskFreeLimit,
            MaxUnwrittenBytes = Math.Clamp(MaxUnwrittenBytes, 1, Math.Max(highWatermark / 4, 1)),
            SyncInterval = SyncInterval,
            DiskReserveBytes = DiskReserveBytes,
        };
    }
}
