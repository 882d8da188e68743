using Amqp.Storage;

namespace Amqp.Server.Configuration;

/// <summary>Gathers the settings of the store, whose options cannot be changed once made.</summary>
internal sealed class StorePlan
{
    private static readonly StoreOptions _default = new();

    public int SegmentSize { get; set; } = _default.SegmentSize;
    public int BlockSize { get; set; } = _default.BlockSize;
    public long ResidentBytes { get; set; } = _default.ResidentBytes;
    public long MaxUnwrittenBytes { get; set; } = _default.MaxUnwrittenBytes;
    public TimeSpan SyncInterval { get; set; } = _default.SyncInterval;

    /// <summary>The options that these settings amount to.</summary>
    public StoreOptions ToOptions() => new()
    {
        SegmentSize = SegmentSize,
        BlockSize = BlockSize,
        ResidentBytes = ResidentBytes,
        MaxUnwrittenBytes = MaxUnwrittenBytes,
        SyncInterval = SyncInterval,
    };
}
