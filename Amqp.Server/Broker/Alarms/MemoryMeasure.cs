namespace Amqp.Server.Broker.Alarms;

/// <summary>Measures the memory in use, for comparison with the limit of the memory alarm.</summary>
/// <remarks>
/// A tiny limit must block all publishers, as in RabbitMQ. But an empty broker has no counted bytes. A limit below both the empty process
/// and the configured limit is therefore compared with the resident bytes.
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
