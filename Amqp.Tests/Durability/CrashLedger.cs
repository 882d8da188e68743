namespace Amqp.Tests.Durability;

/// <summary>
/// Everything that the broker was told and has promised, over all crashes. A clock of its own orders events: the log is one,
/// so when a message is confirmed, whatever was answered before it was sent is safe too.
/// Thread-safe: one lock owns all of it.
/// </summary>
internal sealed class CrashLedger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Serial, (long SentAt, QueueLedger[] Queues)> _unconfirmed = [];
    private readonly List<QueueLedger> _spread = []; // what the fanout exchange leads to
    private readonly List<QueueLedger> _queues = [];
    private readonly List<string> _deleted = [];
    private long _clock;
    private long _durable; // what was done before this time is safe

    /// <summary>Messages confirmed so far.</summary>
    public long Confirmed { get; private set; }

    /// <summary>The queues that should be there, or may be.</summary>
    public IReadOnlyList<QueueLedger> Queues
    {
        get
        {
            lock (_gate)
                return [.. _queues];
        }
    }

    /// <summary>Takes the names of queues whose delete was answered.</summary>
    public IReadOnlyList<string> TakeDeleted()
    {
        lock (_gate)
        {
            string[] deleted = [.. _deleted];
            _deleted.Clear();
            return deleted;
        }
    }

    /// <summary>A queue is about to be declared.</summary>
    public void Add(QueueLedger queue)
    {
        lock (_gate)
            _queues.Add(queue);
    }

    /// <summary>A queue is about to be bound to the fanout exchange.</summary>
    public void Spread(QueueLedger queue)
    {
        lock (_gate)
            _spread.Add(queue);
    }

    /// <summary>A queue's delete was answered, or it need not be looked at any more.</summary>
    public void Remove(QueueLedger queue)
    {
        lock (_gate)
        {
            _spread.Remove(queue);
            _queues.Remove(queue);
            _deleted.Add(queue.Name);
        }
    }

    /// <summary>Does something to a queue's entry.</summary>
    public void Change(QueueLedger queue, Action<QueueLedger> change)
    {
        lock (_gate)
            change(queue);
    }

    /// <summary>A persistent message is about to be sent to one queue, or with null to the fanout exchange.</summary>
    public void Publish(Serial serial, QueueLedger? only)
    {
        lock (_gate)
        {
            QueueLedger[] queues = only is null ? [.. _spread] : [only];
            foreach (var queue in queues)
                queue.Publish(serial);
            _unconfirmed.Add(serial, (++_clock, queues));
        }
    }

    public void Confirm(Serial serial)
    {
        lock (_gate)
        {
            if (!_unconfirmed.Remove(serial, out var message))
                return; // a transient one
            foreach (var queue in message.Queues)
                queue.Confirm(serial);
            _durable = Math.Max(_durable, message.SentAt);
            Confirmed++;
        }
    }

    public void Deliver(QueueLedger queue, Serial serial)
    {
        lock (_gate)
            queue.Deliver(serial, ++_clock);
    }

    /// <inheritdoc cref="QueueLedger.Judge"/>
    public IReadOnlyList<string> Judge(QueueLedger queue, IReadOnlyList<Found> found)
    {
        lock (_gate)
        {
            _unconfirmed.Clear(); // whoever waited died with the broker
            return [.. queue.Judge(found, _durable, ++_clock)];
        }
    }

    /// <inheritdoc cref="QueueLedger.Settle"/>
    public void Settle(QueueLedger queue)
    {
        lock (_gate)
            queue.Settle(++_clock);
    }
}
