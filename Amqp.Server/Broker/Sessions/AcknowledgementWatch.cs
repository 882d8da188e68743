namespace Amqp.Server.Broker.Sessions;

/// <summary>
/// Finds deliveries of a session that have been unacknowledged for too long. The lock of the session's sink guards all state.
/// </summary>
/// <remarks>Keeps marks, each with a time and the latest delivery tag at that time.</remarks>
internal sealed class AcknowledgementWatch
{
    /// <summary>Maximum number of marks. At this number, every second mark is removed.</summary>
    private const int MaxMarks = 1_024;

    private readonly List<(ulong UpTo, long At)> _marks = []; // sorted by age, the oldest mark first
    private long _longest; // longest timeout that a caller has asked for, in milliseconds
    private long _spacing; // minimum time between two marks, in milliseconds

    public int Count => _marks.Count;

    /// <summary>Adds a mark. Does nothing if the last mark has the same tag or is too recent.</summary>
    /// <param name="lastTag">The latest delivery tag of the session.</param>
    /// <param name="now">Current time in milliseconds since any fixed moment.</param>
    public void Note(ulong lastTag, long now)
    {
        if (_marks.Count == 0 || (_marks[^1].UpTo != lastTag && now - _marks[^1].At >= _spacing))
            _marks.Add((lastTag, now));
        // Of the marks older than the longest timeout, only the latest is needed: all deliveries up to its tag are late.
        int old = _marks.FindLastIndex(mark => now - mark.At >= _longest);
        if (old > 0)
            _marks.RemoveRange(0, old);
        if (_marks.Count >= MaxMarks)
            Thin();
        else if (_marks.Count < MaxMarks / 4)
            _spacing = 0;
    }

    /// <summary>
    /// Returns the time in milliseconds for which a delivery has been unacknowledged at least; null if no mark is later than the delivery.
    /// </summary>
    /// <param name="tag">The delivery tag.</param>
    /// <param name="now">Current time in milliseconds.</param>
    public long? AgeOf(ulong tag, long now)
    {
        int low = 0, high = _marks.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_marks[middle].UpTo < tag)
                low = middle + 1;
            else
                high = middle;
        }
        return low == _marks.Count ? null : now - _marks[low].At;
    }

    /// <summary>Removes every second mark, and makes the time between new marks longer.</summary>
    private void Thin()
    {
        _spacing = (_marks[^1].At - _marks[0].At) / (MaxMarks / 2);
        int kept = 0;
        for (int i = 0; i < _marks.Count; i += 2)
            _marks[kept++] = _marks[i];
        _marks.RemoveRange(kept, _marks.Count - kept);
    }

    /// <summary>Returns the highest delivery tag that is known to have exceeded the timeout; 0 if there is none.</summary>
    /// <param name="now">Current time in milliseconds.</param>
    /// <param name="timeout">Timeout in milliseconds.</param>
    public ulong OutFor(long now, long timeout)
    {
        _longest = Math.Max(_longest, timeout);
        int index = _marks.FindLastIndex(mark => now - mark.At >= timeout);
        return index < 0 ? 0 : _marks[index].UpTo;
    }
}
