using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>How long a queue has been unused: since it was last declared, asked for a message, or left by its last consumer. Owned by the queue's lock.</summary>
internal sealed class QueueLease(QueueTimer timer, QueueTimer.Alarm alarm)
{
    private long _usedAt = timer.Now;

    /// <summary>Someone used the queue just now.</summary>
    public void Renew() => _usedAt = timer.Now;

    /// <summary>Whether it has been unused for this long; if not, the queue is woken when it will have been.</summary>
    /// <param name="expires">In milliseconds.</param>
    public bool IsOver(long expires)
    {
        if (timer.Now - _usedAt >= expires)
            return true;
        timer.Set(alarm, Deadline.After(_usedAt, expires));
        return false;
    }
}
