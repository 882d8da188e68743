namespace Amqp.Server.Configuration;

/// <summary>RabbitMQ's <c>disk_free_limit</c>: a number of bytes, or a share of the memory there is.</summary>
internal sealed class DiskFreeLimit
{
    /// <summary>RabbitMQ's default.</summary>
    public const long DefaultBytes = 50_000_000;

    /// <summary>Bytes; takes precedence over <see cref="Relative"/>.</summary>
    public long? Absolute { get; set; }

    /// <summary>Times the memory available.</summary>
    public double? Relative { get; set; }

    /// <summary>The limit in bytes.</summary>
    /// <param name="memory">Knows what memory there is.</param>
    public long Resolve(MemoryWatermark memory) => Absolute ?? (long?)(Relative * memory.Available) ?? DefaultBytes;
}
