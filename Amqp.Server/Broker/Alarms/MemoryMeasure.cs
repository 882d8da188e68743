namespace Amqp.Server.Broker.Alarms;

/// <summary>Memory in use that is compared with the memory high watermark.</summary>
/// <remarks>
/// The measure is normally the bytes that the broker counts, which are zero for an empty broker. A limit set at run time below the size of
/// the empty process is meant to block publishers: client test suites and operators set a tiny limit to test their programs. For such a
/// limit the resident size is compared, as in RabbitMQ. For the configured limit the resident size never counts: in a small container the
/// runtime alone may use more than that limit.
/// </remarks>
/// <param name="counted">Bytes that the broker counts.</param>
/// <param name="resident">Resident bytes of the process.</param>
/// <param name="configured">Limit from the configuration, in bytes.</param>
internal sealed class MemoryMeasure(Func<long> counted, Func<long> resident, long configured)
{
    private readonly long _smallestCounted = Math.Min(resident(), configured);

    /// <summary>Returns the bytes to compare with a limit.</summary>
    public long? Against(long limit) => limit < _smallestCounted ? resident() : counted();
}
