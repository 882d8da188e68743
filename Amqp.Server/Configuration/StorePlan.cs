using Amqp.Storage.Configuration;

namespace Amqp.Server.Configuration;

/// <summary>Gathers the settings of the store, whose options cannot be changed once made.</summary>
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

    /// <summary>The options that these settings amount to.</summary>
    /// <remarks>What waits to be written, and what is kept although it is written, take at most a quarter each of a small memory's high watermark.</remarks>
    /// <param name="memory">The memory high watermark, and the share of it at which paging begins.</param>
    /// <param name="diskFreeLimit">Bytes that are to stay free on the disk: below it nothing is paged out, as the disk alarm is set.</param>
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
