using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>A binary heap of messages that were added out of order. The message with the lowest sequence number is on top.</summary>
internal struct MessageHeap
{
    private const int KeptLength = 64; // a longer array is freed when the heap becomes empty

    private StoredMessage[]? _items;
    private int _count;

    public readonly bool IsEmpty => _count == 0;

    public readonly int Count => _count;

    /// <summary>The message with the lowest sequence number. Valid only if the heap is not empty.</summary>
    public readonly ref readonly StoredMessage Top => ref _items![0];

    public void Add(in StoredMessage message)
    {
        _items ??= new StoredMessage[8];
        if (_count == _items.Length)
            Array.Resize(ref _items, _count * 2);
        int at = _count++;
        while (at > 0 && _items[(at - 1) / 2].Sequence > message.Sequence)
        {
            _items[at] = _items[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        _items[at] = message;
    }

    /// <summary>
    /// Removes the messages with sequence numbers above <paramref name="behind"/>, and returns them in order. Messages whose entries must
    /// stay in memory are not removed.
    /// </summary>
    public StoredMessage[] TakeMovable(long behind)
    {
        if (_count == 0)
            return [];
        StoredMessage[] all = _items.AsSpan(0, _count).ToArray();
        StoredMessage[] taken = [.. all.Where(message => IsMovable(message, behind)).OrderBy(message => message.Sequence)];
        if (taken.Length == 0)
            return taken;
        (_items, _count) = (null, 0);
        foreach (StoredMessage message in all)
        {
            if (!IsMovable(message, behind))
                Add(message);
        }
        return taken;
    }

    /// <summary>Returns a copy of all messages, in order. The time is about 0.1 s for a million messages.</summary>
    public readonly StoredMessage[] InOrder()
    {
        if (_count == 0)
            return [];
        StoredMessage[] messages = _items.AsSpan(0, _count).ToArray();
        long[] sequences = Array.ConvertAll(messages, message => message.Sequence);
        Array.Sort(sequences, messages); // numbers are sorted much faster than messages with a comparison
        return messages;
    }

    /// <summary>Removes the message with the lowest sequence number. Call only if the heap is not empty.</summary>
    public void RemoveTop()
    {
        StoredMessage[] items = _items!;
        StoredMessage last = items[--_count];
        if (_count == 0 && items.Length > KeptLength)
        {
            _items = null;
            return;
        }
        int at = 0;
        for (int child = 1; child < _count; child = 2 * at + 1)
        {
            if (child + 1 < _count && items[child + 1].Sequence < items[child].Sequence)
                child++;
            if (items[child].Sequence >= last.Sequence)
                break;
            items[at] = items[child];
            at = child;
        }
        items[at] = last;
    }

    /// <summary>Moves all messages of another heap into this one.</summary>
    public void TakeOver(ref MessageHeap other)
    {
        foreach (ref readonly StoredMessage message in other._items.AsSpan(0, other._count))
            Add(message);
        (other._items, other._count) = (null, 0);
    }

    /// <summary>Moves all messages of a run into this heap.</summary>
    public void TakeOver(ref MessageRun run)
    {
        for (; !run.IsEmpty; run.RemoveHead())
            Add(run.Head);
    }

    public readonly void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : struct, IMessageVisitor
    {
        foreach (ref readonly StoredMessage message in _items.AsSpan(0, _count))
            visitor.Visit(message);
    }

    private static bool IsMovable(in StoredMessage message, long behind) =>
        message.IsPersistent && !message.StaysInMemory && message.Sequence > behind;
}
