using Amqp.Storage.Segments;

namespace Amqp.Storage.Queues;

/// <summary>Ready messages of one queue that left memory: all that the index of a segment has from one sequence to another.</summary>
/// <param name="Segment">Where they are.</param>
/// <param name="From">No message before it belongs to the stretch.</param>
/// <param name="To">Sequence of the last message.</param>
/// <param name="Count">Messages; numbers in between may be missing in the index.</param>
/// <param name="Bytes">Of payload.</param>
/// <param name="At">The group in the index to look from, or 0 when it is not known.</param>
/// <param name="RedeliveredUpTo">Messages up to this sequence may have reached a consumer before.</param>
internal record struct Stretch(Segment Segment, long From, long To, int Count, long Bytes, long At, long RedeliveredUpTo);

/// <summary>The stretches of one queue, in order. Owned by its <see cref="DeepMessages"/>.</summary>
internal struct StretchList
{
    private Stretch[]? _items;
    private int _head;
    private int _end;

    public readonly bool IsEmpty => _head == _end;

    /// <summary>The one in front; only when not empty.</summary>
    public readonly ref Stretch First => ref _items![_head];

    /// <summary>The one behind; only when not empty.</summary>
    public readonly ref Stretch Last => ref _items![_end - 1];

    /// <summary>Bytes of payload of all of them.</summary>
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

    public void RemoveFirst()
    {
        _head++;
        if (_head == _end)
            (_items, _head, _end) = (null, 0, 0);
    }
}
