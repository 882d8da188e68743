using System.Collections.Concurrent;
using Amqp.Storage.Commits;

namespace Amqp.Storage.Segments;

/// <summary>Carries reports and requests about segments from other threads to the committer. Thread-safe.</summary>
internal sealed class SegmentReports(CommitSignal signal)
{
    private readonly ConcurrentQueue<Segment> _dead = new();
    private volatile bool _isSweepDue;
    private volatile bool _isSealRequested;
    private volatile bool _lacksSpace;

    /// <summary>True if there is a report or a request that the committer has not taken.</summary>
    public bool IsAny => !_dead.IsEmpty || _isSweepDue || _isSealRequested || _lacksSpace;

    /// <summary>Reports a segment that is dead and completely written.</summary>
    public void ReportDead(Segment segment)
    {
        _dead.Enqueue(segment);
        signal.Wake();
    }

    /// <summary>Requests that the committer tries to delete dead segments.</summary>
    public void RequestSweep()
    {
        _isSweepDue = true;
        signal.Wake();
    }

    /// <summary>Requests that the open segment be closed and indexed, so that compaction finds its settle records.</summary>
    public void RequestSeal()
    {
        _isSealRequested = true;
        signal.Wake();
    }

    /// <summary>
    /// Reports that a dead segment cannot be deleted: the disk has too little space to copy the segment's settles to older segments.
    /// </summary>
    public void ReportLackOfSpace()
    {
        _lacksSpace = true;
        signal.Wake();
    }

    /// <summary>Adds the reported dead segments to a list, and clears the request of <see cref="RequestSweep"/>.</summary>
    public void TakeDead(List<Segment> dead)
    {
        _isSweepDue = false;
        while (_dead.TryDequeue(out Segment? segment))
            dead.Add(segment);
    }

    /// <summary>Returns true if a lack of space was reported since the last call.</summary>
    public bool TakeLackOfSpace()
    {
        bool lacksSpace = _lacksSpace;
        _lacksSpace = false;
        return lacksSpace;
    }

    /// <summary>Returns true if <see cref="RequestSeal"/> was called since the last call of this method.</summary>
    public bool TakeSealRequest()
    {
        bool isRequested = _isSealRequested;
        _isSealRequested = false;
        return isRequested;
    }
}
