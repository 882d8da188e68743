namespace Amqp.Storage;

/// <summary>The messages of one queue that are ready for delivery, in the order of their sequence.</summary>
/// <remarks>
/// Not thread-safe: it belongs to the lock of whoever opened it. Only the next sequence number is taken without that lock,
/// because messages are appended before their queues are locked. The marks at the end belong to the store.
/// </remarks>
public sealed class StoredQueue
{
    private MessageRun _run; // most messages: added in order
    private MessageHeap _outOfOrder; // came back, or were overtaken between append and add
    private long _lastSequence; // changed with Interlocked
    private long _lastPersistentSequence;

    internal StoredQueue(uint number, bool isDurable, MessageChunkPool chunks)
    {
        Number = number;
        IsDurable = isDurable;
        _run = new MessageRun(chunks);
    }

    /// <summary>The number it was opened with.</summary>
    public uint Number { get; }

    /// <summary>Whether persistent messages outlive a restart here.</summary>
    public bool IsDurable { get; }

    /// <summary>Messages ready.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes of payload of the messages ready.</summary>
    public long Bytes { get; private set; }

    /// <summary>The sequence given to the latest message.</summary>
    internal long LastSequence
    {
        get => Volatile.Read(ref _lastSequence);
        set => Volatile.Write(ref _lastSequence, value);
    }

    /// <summary>Deleted queues log nothing any more. Set by the store under the queue's lock, read under it.</summary>
    internal bool IsDeleted { get; set; }

    /// <summary>The sequence of the latest persistent message. Written under the log's lock, read by anyone.</summary>
    internal long LastPersistentSequence
    {
        get => Volatile.Read(ref _lastPersistentSequence);
        set => Volatile.Write(ref _lastPersistentSequence, value);
    }

    /// <summary>The highest sequence noted as delivered in the log. Written under the log's lock and the queue's.</summary>
    internal long DeliveredMark { get; set; }

    /// <summary>The segment that holds the note, or 0 when there is none. Owned by the log's lock.</summary>
    internal long DeliveredSegment { get; set; }

    /// <summary>Makes a message ready that the store has just given a place in this queue.</summary>
    public void Add(in StoredMessage message)
    {
        Count++;
        Bytes += message.Length;
        if (_run.TakesInOrder(message.Sequence))
            _run.Add(message);
        else
            _outOfOrder.Add(message);
    }

    /// <summary>Makes a message ready again that was taken; it comes back at its old place, marked redelivered.</summary>
    public void Return(in StoredMessage message) => Add(message with { Flags = message.Flags | MessageFlags.Redelivered });

    /// <summary>The message in front, which stays there.</summary>
    public bool TryPeek(out StoredMessage message)
    {
        if (Count == 0)
        {
            message = default;
            return false;
        }
        message = HeadIsOutOfOrder ? _outOfOrder.Top : _run.Head;
        return true;
    }

    /// <summary>Takes the message in front: the caller settles or returns it.</summary>
    public bool TryTake(out StoredMessage message)
    {
        if (Count == 0)
        {
            message = default;
            return false;
        }
        if (HeadIsOutOfOrder)
        {
            message = _outOfOrder.Top;
            _outOfOrder.RemoveTop();
        }
        else
        {
            message = _run.Head;
            _run.RemoveHead();
        }
        Count--;
        Bytes -= message.Length;
        return true;
    }

    /// <summary>Takes everything and settles it.</summary>
    /// <returns>How many.</returns>
    internal int SettleAll(ref SettleBatch settled)
    {
        int count = 0;
        for (; TryTake(out StoredMessage message); count++)
            settled.Add(message);
        settled.End();
        return count;
    }

    internal long NextSequence() => Interlocked.Increment(ref _lastSequence);

    private bool HeadIsOutOfOrder => !_outOfOrder.IsEmpty && (_run.IsEmpty || _outOfOrder.Top.Sequence < _run.Head.Sequence);
}
