namespace Amqp.Server.Broker.Alarms;

/// <summary>Measures the memory in use, for comparison with the limit of the memory alarm.</summary>
/// <remarks>
/// As in RabbitMQ, a tiny limit must block all publishers, even if the broker is empty and counts no bytes. So a tiny limit is compared
/// with the resident bytes. A limit is tiny if it is below both the configured limit and the resident bytes at the start.
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
