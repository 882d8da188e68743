namespace Amqp.Server.Configuration;

/// <summary>RabbitMQ's <c>disk_free_limit</c>: a number of bytes, or a multiple of the available memory.</summary>
internal sealed class DiskFreeLimit
{
    /// <summary>RabbitMQ's default limit, in bytes.</summary>
    public const long DefaultBytes = 50_000_000;

    /// <summary>Number of bytes, which takes precedence over <see cref="Relative"/>; null if not set.</summary>
    public long? Absolute { get; set; }

    /// <summary>Multiple of the available memory; null if not set.</summary>
    public double? Relative { get; set; }

    /// <summary>Returns the limit in bytes.</summary>
    /// <param name="memory">Source of the available memory.</param>
    public long Resolve(MemoryWatermark memory) => Absolute ?? (long?)(Relative * memory.Available) ?? DefaultBytes;
}
