namespace Amqp.Server.Configuration;

/// <summary>RabbitMQ's <c>vm_memory_high_watermark</c>: a share of the available memory, or a number of bytes.</summary>
internal sealed class MemoryWatermark
{
    /// <summary>Share of the available memory, from 0 to 1; 0 blocks every publisher.</summary>
    public double Relative { get; set; } = 0.6;

    /// <summary>Number of bytes, which takes precedence over <see cref="Relative"/>; null if not set.</summary>
    public long? Absolute { get; set; }

    /// <summary>
    /// Share of the high watermark, above 0. Transient messages beyond this share are paged out to disk. With 1 or more, paging is off.
    /// </summary>
    public double PagingRatio { get; set; } = 0.5;

    /// <summary>Available memory in bytes; null for the runtime's value.</summary>
    public long? AvailableOverride { get; set; }

    /// <summary>Returns the limit in bytes.</summary>
    public long Resolve() => Absolute ?? (long)(Relative * Available);

    /// <summary>Returns the limit for transient messages in memory, in bytes. Messages above the limit are paged out to disk.</summary>
    public long ResolvePaging() => PagingRatio < 1 ? (long)(PagingRatio * Resolve()) : long.MaxValue;

    /// <summary>Available memory in bytes: the smaller of the machine's memory and the cgroup's limit.</summary>
    public long Available => AvailableOverride ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
}
