using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Sessions;

/// <summary>
/// The unacknowledged deliveries of a session, in the order of their tags. The lock of the session's sink guards all state.
/// </summary>
/// <remarks>A ring buffer of structs. A settled delivery in the middle leaves a gap, until the ring is packed.</remarks>
/// <param name="held">Counts the ring's memory.</param>
internal sealed class UnacknowledgedDeliveries(HeldMemory held)
{
    /// <summary>An empty ring with more slots than this is freed.</summary>
    private const int LargeRing = 64 << 10;

    private Delivery[] _ring = [];
    private int _size; // number of slots of the ring, a power of two; an array from the pool may be longer
    private int _first;
    private int _used; // number of slots from the first delivery to the last one, gaps included

    public int Count { get; private set; }

    /// <summary>Adds a delivery. Its tag must be higher than all earlier tags.</summary>
    public void Add(in Delivery delivery)
    {
        if (_used == _size)
            MakeRoom();
        _ring[(_first + _used++) & (_size - 1)] = delivery;
        Count++;
    }

    public bool TryTake(ulong tag, out Delivery delivery)
    {
        if (!TryFind(tag, out int offset))
        {
            delivery = default;
            return false;
        }
        ref var slot = ref At(offset);
        delivery = slot;
        slot = Delivery.Gap(tag);
        Count--;
        DropLeadingGaps();
        return true;
    }

    /// <summary>Removes the first delivery if its tag is at most <paramref name="upTo"/>.</summary>
    public bool TryTakeFirst(ulong upTo, out Delivery delivery)
    {
        if (Count == 0 || At(0).Tag > upTo)
        {
            delivery = default;
            return false;
        }
        delivery = At(0);
        At(0) = default;
        (_first, _used) = ((_first + 1) & (_size - 1), _used - 1);
        Count--;
        DropLeadingGaps();
        return true;
    }

    /// <summary>Finds the first matching delivery among the deliveries up to a tag, without removing it.</summary>
    public bool TryFindFirst(ulong upTo, Predicate<Delivery> isMatch, out Delivery delivery)
    {
        for (int offset = 0; offset < _used && At(offset).Tag <= upTo; offset++)
        {
            delivery = At(offset);
            if (!delivery.IsGap && isMatch(delivery))
                return true;
        }
        delivery = default;
        return false;
    }

    /// <summary>Adds deliveries of a queue to a list, in the order of their tags.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="skip">Number of deliveries to skip. On return, it is lower by the number of skipped deliveries.</param>
    /// <param name="count">Maximum number of deliveries to add.</param>
    /// <param name="target">The list.</param>
    public void CopyTo(List<Delivery> target, Queue queue, ref long skip, int count)
    {
        for (int offset = 0; offset < _used && count > 0; offset++)
        {
            ref readonly var delivery = ref At(offset);
            if (delivery.IsGap || !ReferenceEquals(delivery.Queue, queue))
                continue;
            if (skip > 0)
            {
                skip--;
                continue;
            }
            target.Add(delivery);
            count--;
        }
    }

    /// <summary>Counts the deliveries of a queue, for each consumer. Those of basic.get have no consumer.</summary>
    /// <returns>For each consumer, the number of its deliveries and the tag of the first one.</returns>
    public List<(SessionConsumer? Consumer, int Count, ulong First)> CountOf(Queue queue)
    {
        var counts = new Dictionary<object, (SessionConsumer? Consumer, int Count, ulong First)>();
        for (int offset = 0; offset < _used; offset++)
        {
            ref readonly var delivery = ref At(offset);
            if (delivery.IsGap || !ReferenceEquals(delivery.Queue, queue))
                continue;
            object key = (object?)delivery.Consumer ?? queue;
            counts[key] = counts.TryGetValue(key, out var known)
                ? known with { Count = known.Count + 1 }
                : (delivery.Consumer, 1, delivery.Tag);
        }
        return [.. counts.Values];
    }

    /// <summary>Returns true if a delivery with this tag is unacknowledged.</summary>
    public bool Has(ulong tag) => TryFind(tag, out _);

    /// <summary>Puts removed deliveries back into their places.</summary>
    public void Restore(IEnumerable<Delivery> deliveries)
    {
        var all = new List<Delivery>(deliveries);
        while (TryTakeFirst(ulong.MaxValue, out var delivery))
            all.Add(delivery);
        all.Sort((one, other) => one.Tag.CompareTo(other.Tag));
        foreach (var delivery in all)
            Add(delivery);
    }

    /// <summary>Frees the memory of the ring. The caller has removed or copied all deliveries.</summary>
    public void Close()
    {
        if (_ring.Length == 0)
            return;
        held.Add(-(long)_ring.Length * Unsafe.SizeOf<Delivery>());
        ArrayPool<Delivery>.Shared.Return(_ring, clearArray: true);
        (_ring, _size, _first, _used) = ([], 0, 0, 0);
    }

    private ref Delivery At(int offset) => ref _ring[(_first + offset) & (_size - 1)];

    private bool TryFind(ulong tag, out int offset)
    {
        offset = -1;
        if (_used == 0 || tag < At(0).Tag || tag > At(_used - 1).Tag)
            return false;
        // If no tag is missing in between, the distance from the first tag is the offset in the ring.
        ulong distance = tag - At(0).Tag;
        offset = distance < (ulong)_used && At((int)distance).Tag == tag ? (int)distance : Search(tag);
        return offset >= 0 && !At(offset).IsGap;
    }

    private int Search(ulong tag)
    {
        int low = 0, high = _used - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            ulong found = At(middle).Tag;
            if (found == tag)
                return middle;
            if (found < tag)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return -1;
    }

    private void DropLeadingGaps()
    {
        while (_used > 0 && At(0).IsGap)
            (_first, _used) = ((_first + 1) & (_size - 1), _used - 1);
        if (_used == 0 && _size > LargeRing)
            Close();
    }

    /// <summary>Makes room for another delivery: packs the ring if half of the ring is gaps, else doubles the size of the ring.</summary>
    private void MakeRoom()
    {
        int size = Count <= _used / 2 ? Math.Max(_size, 16) : (int)BitOperations.RoundUpToPowerOf2((uint)_used + 1);
        // The array comes from a pool, so that one channel can reuse an array that another channel has outgrown.
        Delivery[] packed = ArrayPool<Delivery>.Shared.Rent(size);
        int count = 0;
        for (int offset = 0; offset < _used; offset++)
            if (!At(offset).IsGap)
                packed[count++] = At(offset);
        Close();
        held.Add((long)packed.Length * Unsafe.SizeOf<Delivery>());
        (_ring, _size, _used) = (packed, size, count);
    }
}
