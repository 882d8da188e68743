namespace Amqp.Server.Connections;

/// <summary>Decides when a connection is checked for deliveries that exceed the consumer timeout.</summary>
/// <remarks>Used only by the loop of <see cref="HeartbeatMonitor"/>.</remarks>
internal sealed class LateDeliveryCheck
{
    /// <summary>Maximum number of milliseconds between two checks: RabbitMQ's interval.</summary>
    private const long LongestInterval = 60_000;

    private long _next;

    /// <summary>Returns true if a check is due. Checks are a quarter of the timeout apart, but at most a minute.</summary>
    /// <param name="now">The current time, in milliseconds.</param>
    /// <param name="timeout">The shortest consumer timeout, in milliseconds; null: none.</param>
    public bool IsDue(long now, long? timeout)
    {
        if (timeout is not { } shortest || now < _next)
            return false;
        _next = now + Math.Min(shortest / 4, LongestInterval);
        return true;
    }
}
