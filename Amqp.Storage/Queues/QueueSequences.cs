namespace Amqp.Storage.Queues;

/// <summary>Assigns sequence numbers to the messages of a queue. Callers do not need the queue's lock.</summary>
internal struct QueueSequences
{
    private long _last; // the last assigned sequence number; changed with Interlocked
    private long _lastPersistent;

    public long Last
    {
        get => Volatile.Read(ref _last);
        set => Volatile.Write(ref _last, value);
    }

    /// <summary>Sequence number of the last persistent message. Set under the log's lock. Any thread may read the property.</summary>
    public long LastPersistent
    {
        get => Volatile.Read(ref _lastPersistent);
        set => Volatile.Write(ref _lastPersistent, value);
    }

    /// <summary>Returns the next sequence number.</summary>
    public long Next() => Interlocked.Increment(ref _last);
}
