namespace Amqp.Server.Connections;

/// <summary>Decides when a connection must check its deliveries for the consumer timeout.</summary>
/// <remarks>Used only by the loop of <see cref="HeartbeatMonitor"/>.</remarks>
internal sealed class LateDeliveryCheck
{
    /// <summary>Longest time between two checks, in milliseconds. The same as in RabbitMQ.</summary>
    private const long LongestInterval = 60_000;

    private long _next;

    /// <summary>
    /// Returns true if a check is due. The time between checks is a quarter of the consumer timeout, but at most a minute.
    /// </summary>
    /// <param name="now">The current time, in milliseconds.</param>
    /// <param name="timeout">The shortest consumer timeout, in milliseconds; null if there is none.</param>
    public bool IsDue(long now, long? timeout)
    {
        if (timeout is not { } shortest || now < _next)
            return false;
        _next = now + Math.Min(shortest / 4, LongestInterval);
        return true;
    }
}
