namespace Amqp.Storage.Queues;

/// <summary>The sequences that a queue has assigned to messages. Assigning a sequence does not need the queue's lock.</summary>
internal struct QueueSequences
{
    private long _last; // changed with Interlocked
    private long _lastPersistent;

    /// <summary>The last assigned sequence.</summary>
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
