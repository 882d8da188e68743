using System.Runtime.InteropServices;
using Amqp.Storage.Records;

namespace Amqp.Storage.Indexes;

/// <summary>
/// A set of sequence numbers of one queue, stored as ranges. Numbers that are added nearly in order merge into few ranges. Not thread-safe.
/// </summary>
internal sealed class SequenceRanges
{
    private const int MinSort = 1024;

    private readonly List<SequenceRange> _ranges = [];
    private bool _isSorted = true; // true if the ranges are ascending, disjoint and not adjacent
    private int _sortAt = MinSort; // number of ranges at which Add sorts an unsorted list and merges adjacent ranges

    /// <summary>The ranges in ascending order, disjoint and not adjacent. Valid until the next addition.</summary>
    public ReadOnlySpan<SequenceRange> All
    {
        get
        {
            Sort();
            return CollectionsMarshal.AsSpan(_ranges);
        }
    }

    public void Add(SequenceRange range)
    {
        if (_ranges.Count > 0)
        {
            ref SequenceRange last = ref CollectionsMarshal.AsSpan(_ranges)[^1];
            if (range.From >= last.From && range.From <= last.To + 1)
            {
                last = last with { To = Math.Max(last.To, range.To) };
                return;
            }
            _isSorted &= range.From > last.To;
        }
        _ranges.Add(range);
        if (_isSorted || _ranges.Count < _sortAt)
            return;
        Sort();
        _sortAt = Math.Max(MinSort, 2 * _ranges.Count);
    }

    public void Add(ReadOnlySpan<SequenceRange> ranges)
    {
        foreach (SequenceRange range in ranges)
            Add(range);
    }

    public bool Contains(long sequence) => Overlaps(sequence, sequence);

    /// <summary>Returns true if the set contains at least one sequence number of this range. Both ends belong to the range.</summary>
    public bool Overlaps(long first, long last)
    {
        int at = FindReaching(first);
        return at < _ranges.Count && _ranges[at].From <= last;
    }

    /// <summary>Returns true if the set contains every sequence number of this range. Both ends belong to the range.</summary>
    public bool Covers(long first, long last)
    {
        int at = FindReaching(first);
        return at < _ranges.Count && _ranges[at].From <= first && _ranges[at].To >= last;
    }

    /// <summary>Adds the sequence numbers of another set that are in this range. Both ends belong to the range.</summary>
    public void AddPart(SequenceRanges other, long first, long last)
    {
        for (int at = other.FindReaching(first); at < other._ranges.Count && other._ranges[at].From <= last; at++)
            Add(new SequenceRange(Math.Max(first, other._ranges[at].From), Math.Min(last, other._ranges[at].To)));
    }

    /// <summary>Returns the index of the first range that contains or follows a sequence number.</summary>
    private int FindReaching(long sequence)
    {
        Sort();
        int low = 0;
        int high = _ranges.Count;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if (_ranges[middle].To < sequence)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private void Sort()
    {
        if (_isSorted)
            return;
        _ranges.Sort((one, other) => one.From.CompareTo(other.From));
        Span<SequenceRange> ranges = CollectionsMarshal.AsSpan(_ranges);
        int end = 0;
        foreach (SequenceRange range in ranges[1..])
        {
            if (range.From <= ranges[end].To + 1)
                ranges[end] = ranges[end] with { To = Math.Max(ranges[end].To, range.To) };
            else
                ranges[++end] = range;
        }
        CollectionsMarshal.SetCount(_ranges, end + 1);
        _isSorted = true;
    }
}
