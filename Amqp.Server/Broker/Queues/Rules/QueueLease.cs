using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>
/// Measures the time since a queue was last used: declared, asked for a message, or left by its last consumer. Owned by the queue's lock.
/// </summary>
internal sealed class QueueLease(QueueTimer timer, QueueTimer.Alarm alarm)
{
    private long _usedAt = timer.Now;

    /// <summary>Starts the time anew: the queue was used.</summary>
    public void Renew() => _usedAt = timer.Now;

    /// <summary>True if the queue was unused for this time. If not, the queue is woken at the end of it.</summary>
    /// <param name="expires">In milliseconds.</param>
    public bool IsOver(long expires)
    {
        if (timer.Now - _usedAt >= expires)
            return true;
        timer.Set(alarm, Deadline.After(_usedAt, expires));
        return false;
    }
}
