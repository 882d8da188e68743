namespace Amqp.Server.Configuration;

/// <summary>RabbitMQ's <c>vm_memory_high_watermark</c>: a share of the memory there is, or a number of bytes.</summary>
internal sealed class MemoryWatermark
{
    /// <summary>Share of the memory available; 0 blocks every publisher.</summary>
    public double Relative { get; set; } = 0.6;

    /// <summary>Bytes; takes precedence over <see cref="Relative"/>.</summary>
    public long? Absolute { get; set; }

    /// <summary>Share of the limit at which transient messages begin to go to disk, above 0; from 1 on they never do.</summary>
    public double PagingRatio { get; set; } = 0.5;

    /// <summary>What to take for the memory available, in bytes, instead of asking the runtime.</summary>
    public long? AvailableOverride { get; set; }

    /// <summary>The limit in bytes.</summary>
    public long Resolve() => Absolute ?? (long)(Relative * Available);

    /// <summary>Bytes of transient messages beyond which they go to disk.</summary>
    public long ResolvePaging() => PagingRatio < 1 ? (long)(PagingRatio * Resolve()) : long.MaxValue;

    /// <summary>The memory that shares are of, in bytes.</summary>
    /// <remarks>The runtime has already taken the smaller of the machine's memory and the control group's limit.</remarks>
    public long Available => AvailableOverride ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
}
