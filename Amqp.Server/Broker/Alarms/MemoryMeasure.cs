namespace Amqp.Server.Broker.Alarms;

/// <summary>Measures the memory in use, to be compared with the limit of the memory alarm.</summary>
/// <remarks>
/// Normally returns the bytes that the broker counts, which are zero for an empty broker. Test suites and operators set a tiny limit at run
/// time to block all publishers, as in RabbitMQ. So a limit below the size of the empty process is compared with the resident size. The
/// configured limit is never compared with the resident size: in a small container the runtime alone may exceed the limit.
/// </remarks>
/// <param name="counted">Bytes that the broker counts.</param>
/// <param name="resident">Resident bytes of the process.</param>
/// <param name="configured">Limit from the configuration, in bytes.</param>
internal sealed class MemoryMeasure(Func<long> counted, Func<long> resident, long configured)
{
    private readonly long _smallestCounted = Math.Min(resident(), configured);

    /// <summary>Returns the bytes to compare with this limit.</summary>
    public long? Against(long limit) => limit < _smallestCounted ? resident() : counted();
}
