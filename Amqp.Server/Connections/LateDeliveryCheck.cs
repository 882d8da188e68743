namespace Amqp.Server.Connections;

/// <summary>Decides when a connection is checked for deliveries that are unacknowledged for longer than the consumer timeout.</summary>
/// <remarks>Owned by the loop of <see cref="HeartbeatMonitor"/>.</remarks>
internal sealed class LateDeliveryCheck
{
    /// <summary>Maximum number of milliseconds between two checks: RabbitMQ's interval.</summary>
    private const long LongestInterval = 60_000;

    private long _next;

    /// <summary>
    /// True if a check is due. After a check, the next check is due in a quarter of the timeout, but at the latest in a minute.
    /// </summary>
    /// <param name="now">Time in milliseconds.</param>
    /// <param name="timeout">The shortest consumer timeout, in milliseconds; null: none.</param>
    public bool IsDue(long now, long? timeout)
    {
        if (timeout is not { } shortest || now < _next)
            return false;
        _next = now + Math.Min(shortest / 4, LongestInterval);
        return true;
    }
}
