namespace Amqp.Storage.Queues;

/// <summary>The sequences that a queue has given to its messages. They are given before the queue is locked.</summary>
internal struct QueueSequences
{
    private long _last; // changed with Interlocked
    private long _lastPersistent;

    /// <summary>The sequence given to the latest message.</summary>
    public long Last
    {
        get => Volatile.Read(ref _last);
        set => Volatile.Write(ref _last, value);
    }

    /// <summary>The sequence of the latest persistent message. Written under the log's lock, read by anyone.</summary>
    public long LastPersistent
    {
        get => Volatile.Read(ref _lastPersistent);
        set => Volatile.Write(ref _lastPersistent, value);
    }

    /// <summary>Gives a sequence to the next message.</summary>
    public long Next() => Interlocked.Increment(ref _last);
}
