namespace Amqp.Server.Broker.Alarms;

/// <summary>Bytes of memory that are held against the memory high watermark.</summary>
/// <remarks>
/// These are the bytes that the broker counts, which are zero while it is empty. A limit that was set while the broker runs, and is below what the
/// empty process takes, is meant to block publishers: client suites and operators set a tiny one to see how their programs bear it. The resident
/// size counts then, as in RabbitMQ. The configured limit never counts so: in a small container the runtime alone may take more.
/// </remarks>
/// <param name="counted">Bytes that the broker counts.</param>
/// <param name="resident">Bytes of the process that are in memory.</param>
/// <param name="configured">The limit from the configuration.</param>
internal sealed class MemoryMeasure(Func<long> counted, Func<long> resident, long configured)
{
    private readonly long _smallestCounted = Math.Min(resident(), configured);

    /// <summary>Bytes to compare with a limit.</summary>
    public long? Against(long limit) => limit < _smallestCounted ? resident() : counted();
}
