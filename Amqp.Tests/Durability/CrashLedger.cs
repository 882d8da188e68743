namespace Amqp.Tests.Durability;

/// <summary>Records, over all crashes, which messages clients have sent and which messages the broker has confirmed. Thread-safe.</summary>
/// <remarks>
/// A time in the ledger is the number of earlier events, not a time of day. The broker has a single log. So when it confirms a message, all
/// changes that it had answered before the message was published are durable.
/// </remarks>
internal sealed class CrashLedger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Serial, (long SentAt, QueueLedger[] Queues)> _unconfirmed = [];
    private readonly List<QueueLedger> _spread = []; // the queues that are bound to the fanout exchange
    private readonly List<QueueLedger> _queues = [];
    private readonly List<string> _deleted = [];
    private long _clock;
    private long _durable; // all changes that the broker answered before this time are durable

    /// <summary>Number of messages confirmed so far.</summary>
    public long Confirmed { get; private set; }

    /// <summary>
    /// The queues that must exist, and the queues that may exist. A queue may exist while its declaration or deletion is unanswered.
    /// </summary>
    public IReadOnlyList<QueueLedger> Queues
    {
        get
        {
            lock (_gate)
                return [.. _queues];
        }
    }

    /// <summary>Returns the names of the queues that were removed since the last call. These queues must not exist.</summary>
    public IReadOnlyList<string> TakeDeleted()
    {
        lock (_gate)
        {
            string[] deleted = [.. _deleted];
            _deleted.Clear();
            return deleted;
        }
    }

    /// <summary>Records that a queue is about to be declared.</summary>
    public void Add(QueueLedger queue)
    {
        lock (_gate)
            _queues.Add(queue);
    }

    /// <summary>Records that a queue is about to be bound to the fanout exchange.</summary>
    public void Spread(QueueLedger queue)
    {
        lock (_gate)
            _spread.Add(queue);
    }

    /// <summary>Records that the broker has answered the deletion of a queue, or that the queue was not found after a crash.</summary>
    public void Remove(QueueLedger queue)
    {
        lock (_gate)
        {
            _spread.Remove(queue);
            _queues.Remove(queue);
            _deleted.Add(queue.Name);
        }
    }

    /// <summary>Calls a function that changes the records about a queue. Holds the lock during the call.</summary>
    public void Change(QueueLedger queue, Action<QueueLedger> change)
    {
        lock (_gate)
            change(queue);
    }

    /// <summary>
    /// Records a publish of a persistent message to the queue <paramref name="only"/>, or to the fanout exchange if null.
    /// </summary>
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
                return; // a transient message, which the ledger does not record
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
            _unconfirmed.Clear(); // the broker cannot confirm these messages after the crash
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
