namespace Amqp.Server.Configuration;

/// <summary>Limits of memory and disk space at which publishers are blocked.</summary>
public sealed class AlarmOptions
{
    /// <summary>Bytes held in memory above which publishers are blocked.</summary>
    public long MemoryHighWatermark { get; set; } = new MemoryWatermark().Resolve();

    /// <summary>Free bytes on the data directory's disk below which publishers are blocked.</summary>
    public long DiskFreeLimit { get; set; } = Configuration.DiskFreeLimit.DefaultBytes;
}
