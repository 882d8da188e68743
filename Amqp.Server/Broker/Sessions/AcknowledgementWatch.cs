namespace Amqp.Server.Broker.Sessions;

/// <summary>
/// Finds the deliveries of a session that are unacknowledged for longer than a timeout, without reading the clock for each delivery.
/// </summary>
/// <remarks>
/// At intervals the latest delivery tag is noted with the time, as a mark. Deliveries up to the tag of a mark were sent before the time of
/// the mark. The gate of the session's sink guards all state.
/// </remarks>
internal sealed class AcknowledgementWatch
{
    /// <summary>Maximum number of marks, however long a timeout is.</summary>
    private const int MaxMarks = 1_024;

    private readonly List<(ulong UpTo, long At)> _marks = []; // oldest first
    private long _longest; // longest timeout so far, in milliseconds
    private long _spacing; // minimum milliseconds between two marks

    /// <summary>Number of marks.</summary>
    public int Count => _marks.Count;

    /// <summary>Notes that the deliveries up to a tag were sent before now. Adds no mark if the last mark is too recent.</summary>
    /// <param name="lastTag">The latest delivery tag.</param>
    /// <param name="now">Current time in milliseconds, of any epoch.</param>
    public void Note(ulong lastTag, long now)
    {
        if (_marks.Count == 0 || (_marks[^1].UpTo != lastTag && now - _marks[^1].At >= _spacing))
            _marks.Add((lastTag, now));
        // Of the marks that are older than every timeout, only the last one is needed.
        int old = _marks.FindLastIndex(mark => now - mark.At >= _longest);
        if (old > 0)
            _marks.RemoveRange(0, old);
        if (_marks.Count >= MaxMarks)
            Thin();
        else if (_marks.Count < MaxMarks / 4)
            _spacing = 0;
    }

    /// <summary>Removes every second mark, and notes fewer marks from now on. Late deliveries are then found a little later.</summary>
    private void Thin()
    {
        _spacing = (_marks[^1].At - _marks[0].At) / (MaxMarks / 2);
        int kept = 0;
        for (int i = 0; i < _marks.Count; i += 2)
            _marks[kept++] = _marks[i];
        _marks.RemoveRange(kept, _marks.Count - kept);
    }

    /// <summary>Returns the highest tag that was certainly sent at least the timeout ago; 0 if there is none.</summary>
    /// <param name="now">Current time in milliseconds.</param>
    /// <param name="timeout">Timeout in milliseconds.</param>
    public ulong OutFor(long now, long timeout)
    {
        _longest = Math.Max(_longest, timeout);
        int index = _marks.FindLastIndex(mark => now - mark.At >= timeout);
        return index < 0 ? 0 : _marks[index].UpTo;
    }
}
