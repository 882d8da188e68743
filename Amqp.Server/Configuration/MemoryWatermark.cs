namespace Amqp.Server.Configuration;

/// <summary>RabbitMQ's <c>vm_memory_high_watermark</c>: a share of the available memory, or a number of bytes.</summary>
internal sealed class MemoryWatermark
{
    /// <summary>Limit as a share of the available memory, from 0 to 1; 0 blocks every publisher.</summary>
    public double Relative { get; set; } = 0.6;

    /// <summary>Limit in bytes; null if not set. If set, <see cref="Relative"/> has no effect.</summary>
    public long? Absolute { get; set; }

    /// <summary>
    /// Limit for transient messages in memory, as a share of the high watermark. Messages above this limit are paged out to disk. A value
    /// of 1 or more turns paging off.
    /// </summary>
    public double PagingRatio { get; set; } = 0.5;

    /// <summary>Size of the available memory in bytes; null to use the size that .NET reports.</summary>
    public long? AvailableOverride { get; set; }

    /// <summary>Returns the high watermark in bytes.</summary>
    public long Resolve() => Absolute ?? (long)(Relative * Available);

    /// <summary>Returns the limit for transient messages in memory, in bytes. Messages above the limit are paged out to disk.</summary>
    public long ResolvePaging() => PagingRatio < 1 ? (long)(PagingRatio * Resolve()) : long.MaxValue;

    /// <summary>Size of the available memory in bytes. By default, the smaller of the machine's memory and the cgroup's limit.</summary>
    public long Available => AvailableOverride ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
}
