namespace Amqp.Server.Broker.Sessions;

/// <summary>Tells which of a channel's deliveries have been unacknowledged for a time, without a clock read for each delivery.</summary>
/// <remarks>
/// From time to time the latest delivery tag is noted with the time: what has a tag up to it went out before.
/// The gate of the session's sink guards it.
/// </remarks>
internal sealed class AcknowledgementWatch
{
    /// <summary>Most marks that are kept, however long a timeout is.</summary>
    private const int MostMarks = 1_024;

    private readonly List<(ulong UpTo, long At)> _marks = []; // in their order
    private long _longest; // that was asked for
    private long _spacing; // milliseconds between two marks, at least

    /// <summary>Marks that are kept.</summary>
    public int Count => _marks.Count;

    /// <summary>Notes that deliveries up to this tag have gone out by now.</summary>
    /// <param name="lastTag">The latest tag.</param>
    /// <param name="now">In milliseconds.</param>
    public void Note(ulong lastTag, long now)
    {
        if (_marks.Count == 0 || (_marks[^1].UpTo != lastTag && now - _marks[^1].At >= _spacing))
            _marks.Add((lastTag, now));
        // Of those that are old enough for every timeout the last one says all.
        int old = _marks.FindLastIndex(mark => now - mark.At >= _longest);
        if (old > 0)
            _marks.RemoveRange(0, old);
        if (_marks.Count >= MostMarks)
            Thin();
        else if (_marks.Count < MostMarks / 4)
            _spacing = 0;
    }

    /// <summary>Lets go of every other mark, and notes fewer from now on: what is late is then found a little later.</summary>
    private void Thin()
    {
        _spacing = (_marks[^1].At - _marks[0].At) / (MostMarks / 2);
        int kept = 0;
        for (int i = 0; i < _marks.Count; i += 2)
            _marks[kept++] = _marks[i];
        _marks.RemoveRange(kept, _marks.Count - kept);
    }

    /// <summary>The highest tag that has been out for so long, for certain; 0 when there is none.</summary>
    /// <param name="now">In milliseconds.</param>
    /// <param name="timeout">In milliseconds.</param>
    public ulong OutFor(long now, long timeout)
    {
        _longest = Math.Max(_longest, timeout);
        int index = _marks.FindLastIndex(mark => now - mark.At >= timeout);
        return index < 0 ? 0 : _marks[index].UpTo;
    }
}
