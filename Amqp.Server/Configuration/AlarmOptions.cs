namespace Amqp.Server.Configuration;

/// <summary>When publishers are blocked.</summary>
public sealed class AlarmOptions
{
    /// <summary>Publishers are blocked while messages that are in memory only hold more than this, in bytes.</summary>
    public long MemoryHighWatermark { get; set; } = new MemoryWatermark().Resolve();

    /// <summary>Publishers are blocked while less than this is free where the data directory is, in bytes.</summary>
    public long DiskFreeLimit { get; set; } = Configuration.DiskFreeLimit.DefaultBytes;
}
