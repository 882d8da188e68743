using System.Collections.Concurrent;
using Amqp.Storage.Commits;

namespace Amqp.Storage.Segments;

/// <summary>What the committer is told of segments by other threads, until it comes to it. Thread-safe.</summary>
internal sealed class SegmentReports(CommitSignal signal)
{
    private readonly ConcurrentQueue<Segment> _dead = new();
    private volatile bool _isSweepDue;
    private volatile bool _isEndAwaited;
    private volatile bool _lacksRoom;

    /// <summary>True when there is something for the committer to do: a segment died, was folded, or should end, there was no room to fold one, or what failed is due again.</summary>
    public bool IsAny => !_dead.IsEmpty || _isSweepDue || _isEndAwaited || _lacksRoom;

    /// <summary>Nobody needs the segment any more, and all of it is written.</summary>
    public void ReportDead(Segment segment)
    {
        _dead.Enqueue(segment);
        signal.Wake();
    }

    /// <summary>More can go, as a segment was folded, or what could not go is to be tried again.</summary>
    public void RequestSweep()
    {
        _isSweepDue = true;
        signal.Wake();
    }

    /// <summary>The housekeeper wants the open segment to end: with its index, others could be compacted.</summary>
    public void ReportEndAwaited()
    {
        _isEndAwaited = true;
        signal.Wake();
    }

    /// <summary>The housekeeper finds no room on the disk to fold a segment, without which it cannot go.</summary>
    public void ReportLackOfRoom()
    {
        _lacksRoom = true;
        signal.Wake();
    }

    /// <summary>Hands over the segments that died, to a sweep that sees to everything that was requested so far.</summary>
    public void TakeDead(List<Segment> dead)
    {
        _isSweepDue = false;
        while (_dead.TryDequeue(out Segment? segment))
            dead.Add(segment);
    }

    /// <summary>Whether that was reported since it was last asked for.</summary>
    public bool TakeLackOfRoom()
    {
        bool isLacking = _lacksRoom;
        _lacksRoom = false;
        return isLacking;
    }

    /// <inheritdoc cref="TakeLackOfRoom"/>
    public bool TakeEndAwaited()
    {
        bool isAwaited = _isEndAwaited;
        _isEndAwaited = false;
        return isAwaited;
    }
}
