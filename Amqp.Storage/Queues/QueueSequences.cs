namespace Amqp.Storage.Queues;

/// <summary>Assigns sequences to the messages of a queue. Assigning a sequence does not need the queue's lock.</summary>
internal struct QueueSequences
{
    private long _last; // the last assigned sequence; changed with Interlocked
    private long _lastPersistent;

    public long Last
    {
        get => Volatile.Read(ref _last);
        set => Volatile.Write(ref _last, value);
    }

    /// <summary>The sequence of the last persistent message. Written under the log's lock, read by any thread.</summary>
    public long LastPersistent
    {
        get => Volatile.Read(ref _lastPersistent);
        set => Volatile.Write(ref _lastPersistent, value);
    }

    /// <summary>Assigns the next sequence.</summary>
    public long Next() => Interlocked.Increment(ref _last);
}
