namespace Amqp.Server.Configuration;

/// <summary>Limits for memory and disk space. Beyond a limit, publishers are blocked.</summary>
public sealed class AlarmOptions
{
    /// <summary>Largest number of bytes that the broker may hold in memory. Above this limit, publishers are blocked.</summary>
    public long MemoryHighWatermark { get; set; } = new MemoryWatermark().Resolve();

    /// <summary>Smallest number of free bytes on the data directory's disk. Below this limit, publishers are blocked.</summary>
    public long DiskFreeLimit { get; set; } = Configuration.DiskFreeLimit.DefaultBytes;
}
