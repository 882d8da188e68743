using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Measures the time since a queue was last used, for <c>x-expires</c>. The lock of the queue guards the state.</summary>
internal sealed class QueueLease(QueueTimer timer, QueueTimer.Alarm alarm)
{
    private long _usedAt = timer.Now;

    /// <summary>Restarts the measurement, because the queue was used.</summary>
    public void Renew() => _usedAt = timer.Now;

    /// <summary>
    /// Returns true if the queue has been unused for the given time. If not, sets the queue's alarm to the end of that time.
    /// </summary>
    /// <param name="expires">The time in milliseconds.</param>
    public bool IsOver(long expires)
    {
        if (timer.Now - _usedAt >= expires)
            return true;
        timer.Set(alarm, Deadline.After(_usedAt, expires));
        return false;
    }
}
