namespace Amqp.Server.Logging;

/// <summary>The last items of a stream, such as the lines of the log. Each item has a sequence number. Thread-safe.</summary>
/// <remarks>
/// One lock guards all fields. It is held only while an item is added or references are copied, so that a caller may hold any other lock.
/// </remarks>
/// <param name="most">Maximum number of items; 0 keeps none.</param>
/// <param name="mostBytes">Maximum total size of all items. The last item is kept, even if it is larger.</param>
/// <param name="start">
/// Time of the start. Sequence numbers begin with it, so that they also increase over a restart. They are below 2^53, as JavaScript needs.
/// </param>
internal sealed class RecentItems<T>(int most, long mostBytes, DateTimeOffset start)
{
    /// <summary>Number of items for each millisecond of a run, before the numbers of the next run could be the same.</summary>
    private const int NumbersPerMillisecond = 1_000;

    private readonly Queue<(RecentItem<T> Item, int Size)> _items = new();
    private readonly Lock _gate = new();
    private long _last = start.ToUnixTimeMilliseconds() * NumbersPerMillisecond;
    private long _bytes;

    /// <summary>Sequence number of the last item that was added.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>Adds an item. The oldest items are removed, as far as they exceed a limit.</summary>
    /// <param name="item">The item.</param>
    /// <param name="size">Approximate number of bytes that the item occupies.</param>
    public void Add(T item, int size)
    {
        if (most == 0)
            return;
        lock (_gate)
        {
            _items.Enqueue((new RecentItem<T>(++_last, item), size));
            _bytes += size;
            while (_items.Count > most || (_bytes > mostBytes && _items.Count > 1))
                _bytes -= _items.Dequeue().Size;
        }
    }

    /// <summary>
    /// Returns the items after a sequence number, in their order. Returns all items if the number is of another run of the broker.
    /// </summary>
    /// <param name="sequence">Number of the last item that the caller knows; 0 for none.</param>
    /// <param name="last">Number of the last item, from which the caller continues.</param>
    public IReadOnlyList<RecentItem<T>> After(long sequence, out long last)
    {
        lock (_gate)
        {
            last = _last;
            if (sequence == last)
                return [];
            long first = _last - _items.Count + 1;
            int known = sequence < first || sequence > last ? 0 : (int)(sequence - first + 1);
            return [.. _items.Skip(known).Select(entry => entry.Item)];
        }
    }
}

/// <summary>An item with its number.</summary>
/// <param name="Sequence">Number of the item. Each item has the number of the previous item plus one.</param>
/// <param name="Value">The item itself.</param>
internal sealed record RecentItem<T>(long Sequence, T Value);
