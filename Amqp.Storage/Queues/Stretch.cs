using Amqp.Storage.Segments;

namespace Amqp.Storage.Queues;

/// <summary>A range of messages of one queue in one segment. The entries of the messages are on disk only, not in memory.</summary>
/// <param name="Segment">The segment that holds the messages.</param>
/// <param name="From">Sequence number of the first message, or a lower number.</param>
/// <param name="To">Sequence number of the last message.</param>
/// <param name="Count">Number of messages. Some sequence numbers of the range may be missing.</param>
/// <param name="Bytes">Bytes of payload.</param>
/// <param name="At">Offset in the segment's index at which a search for the messages begins; 0 if unknown.</param>
/// <param name="RedeliveredUpTo">Messages up to this sequence number may have been delivered before.</param>
internal record struct Stretch(Segment Segment, long From, long To, int Count, long Bytes, long At, long RedeliveredUpTo);

/// <summary>The stretches of one queue, in order. Used by <see cref="DeepMessages"/> only.</summary>
internal struct StretchList
{
    private Stretch[]? _items;
    private int _head;
    private int _end;

    public readonly bool IsEmpty => _head == _end;

    /// <summary>The first stretch. Valid only if the list is not empty.</summary>
    public readonly ref Stretch First => ref _items![_head];

    /// <summary>The last stretch. Valid only if the list is not empty.</summary>
    public readonly ref Stretch Last => ref _items![_end - 1];

    public readonly ReadOnlySpan<Stretch> All => _items.AsSpan(_head, _end - _head);

    /// <summary>Bytes of payload of all stretches.</summary>
    public readonly long Bytes
    {
        get
        {
            long bytes = 0;
            for (int at = _head; at < _end; at++)
                bytes += _items![at].Bytes;
            return bytes;
        }
    }

    public void Add(in Stretch stretch)
    {
        _items ??= new Stretch[4];
        if (_end == _items.Length)
        {
            Stretch[] target = _end - _head > _items.Length / 2 ? new Stretch[_items.Length * 2] : _items;
            Array.Copy(_items, _head, target, 0, _end - _head);
            (_items, _head, _end) = (target, 0, _end - _head);
        }
        _items[_end++] = stretch;
    }

    /// <summary>Adds all stretches of another list, in their order.</summary>
    public void Add(in StretchList later)
    {
        for (int at = later._head; at < later._end; at++)
            Add(later._items![at]);
    }

    public void RemoveFirst()
    {
        _head++;
        if (_head == _end)
            (_items, _head, _end) = (null, 0, 0);
    }
}
