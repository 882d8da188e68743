namespace Amqp.Server.Configuration;

/// <summary>RabbitMQ's <c>disk_free_limit</c>: a number of bytes, or a multiple of the available memory.</summary>
internal sealed class DiskFreeLimit
{
    /// <summary>RabbitMQ's default limit, in bytes.</summary>
    public const long DefaultBytes = 50_000_000;

    /// <summary>Limit in bytes; null if not set. If set, <see cref="Relative"/> has no effect.</summary>
    public long? Absolute { get; set; }

    /// <summary>Limit as a multiple of the available memory; null if not set.</summary>
    public double? Relative { get; set; }

    /// <summary>Returns the limit in bytes.</summary>
    /// <param name="memory">Provides the size of the available memory.</param>
    public long Resolve(MemoryWatermark memory) => Absolute ?? (long?)(Relative * memory.Available) ?? DefaultBytes;
}
