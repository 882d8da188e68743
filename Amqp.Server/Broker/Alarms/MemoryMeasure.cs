namespace Amqp.Server.Broker.Alarms;

/// <summary>Measures the memory in use, for comparison with the limit of the memory alarm.</summary>
/// <remarks>
/// As in RabbitMQ, a tiny limit must block all publishers. But an empty broker has no counted bytes that could exceed a limit. A limit is
/// tiny if it is below the configured limit and below the resident bytes at the start. It is then compared with the resident bytes.
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
