using System.Diagnostics;
using Amqp.Storage.Commits;
using Amqp.Storage.Compaction;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Queues;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Log;

/// <summary>The work of the committer: writes and syncs the log, and deletes dead segments. Used by one thread at a time.</summary>
internal sealed class CommitWork
{
    // When the store becomes idle, an open segment without live messages is deleted if it has more bytes than this.
    private const long DeadSegmentBytes = 1 << 20;

    // The limit that replaces DeadSegmentBytes while the disk reserve is below its full size: more disk space is needed then.
    private const long MinDeadSegmentBytes = 4 << 10;

    private static readonly TimeSpan _quickSync = TimeSpan.FromMilliseconds(1);

    private readonly LogWriter _log;
    private readonly LogOutput _output;
    private readonly CommitProgress _progress; // thread-safe
    private readonly DiskSpace _disk;
    private readonly SegmentReports _reports; // thread-safe
    private readonly SegmentSweep _sweep;
    private readonly SegmentReplacement _replacement;
    private readonly DurableQueues _durableQueues; // thread-safe
    private readonly Func<Segment, bool> _saveMarks;
    private readonly Func<Segment, bool> _isFree;
    // true if the last sweep could not delete a dead segment, because other records must be written first
    private bool _isSweepBlocked;
    private int _quickSyncs;

    public CommitWork(
        LogWriter log, LogOutput output, CommitProgress progress, DiskSpace disk, SegmentReports reports, SegmentSweep sweep,
        SegmentReplacement replacement, DurableQueues durableQueues)
    {
        (_log, _output, _progress, _disk, _reports) = (log, output, progress, disk, reports);
        (_sweep, _replacement, _durableQueues) = (sweep, replacement, durableQueues);
        (_saveMarks, _isFree) = (SaveMarks, IsFree);
        disk.Changed += () => Committed?.Invoke();
    }

    /// <inheritdoc cref="IMessageStore.Committed"/>
    public event Action? Committed;

    /// <summary>Number of the last syncs in a row that took less than a millisecond. Any thread may read it.</summary>
    public int QuickSyncs => Volatile.Read(ref _quickSyncs);

    /// <summary>True if segments are dead or compacted.</summary>
    public bool HasNews => _reports.IsAny || _replacement.IsDue;

    /// <summary>Does the work that is due. Returns false if no work was due.</summary>
    public bool Run()
    {
        long now = Environment.TickCount64;
        if (_disk.IsWaiting(now))
            return false;
        _disk.RestoreReserve(now);
        if (_reports.TakeLackOfSpace() && _disk.TryShrinkReserve())
            _reports.RequestSweep(); // makes the next sweep retry failed work on dead segments

        (bool writeIsDue, bool syncIsDue) = _output.FindDue(now);
        if (writeIsDue && !TryWrite())
        {
            FreeSpace();
            return true;
        }
        if (syncIsDue)
            Sync();
        bool sweepIsDue = HasNews && _output.IsSynced;
        if (sweepIsDue)
            Sweep();
        return writeIsDue || syncIsDue || sweepIsDue;
    }

    /// <summary>Closes an open segment without live messages, so that it can be deleted. Called after a while without work.</summary>
    public void TidyUp()
    {
        _log.SealDeadSegment(_disk.IsReserveWhole ? DeadSegmentBytes : MinDeadSegmentBytes);
        TryWrite(); // there are no bytes to write, but the call releases the block that was just closed
    }

    /// <summary>Makes everything durable, and rejects further appends.</summary>
    public void Finish()
    {
        _output.WriteAll();
        Sync();
        Sweep(); // before the log is closed, because a sweep may append delivered marks
        _log.Close(failure: null);
        _output.WriteAll();
        _output.Cut();
        Sync();
    }

    /// <summary>Stops writing, and fails all waits for commits.</summary>
    public void Fail(StoreFailedException failure)
    {
        _output.Fail(failure);
        _progress.Fail(failure);
        Committed?.Invoke();
    }

    /// <returns>False if the disk is full.</returns>
    private bool TryWrite()
    {
        bool hasSpace = true;
        try
        {
            _output.Write();
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            hasSpace = false;
        }
        if (_disk.RecordWrite(hasSpace))
            _reports.RequestSweep(); // lets the next sweep delete the segments that earlier sweeps could not delete
        return hasSpace;
    }

    private void Sync()
    {
        long started = Stopwatch.GetTimestamp();
        bool isNew = _output.Sync();
        Volatile.Write(ref _quickSyncs, Stopwatch.GetElapsedTime(started) < _quickSync ? _quickSyncs + 1 : 0);
        if (isNew)
            Committed?.Invoke();
    }

    /// <summary>Deletes dead segments on a full disk, even if the records that settle their messages are not written yet.</summary>
    /// <remarks>
    /// If these records belong to a transaction, the segment is kept until the transaction is written. If no segment is deleted and there
    /// are unwritten settle records, the reserve shrinks by one step.
    /// </remarks>
    private void FreeSpace()
    {
        bool isAny = false;
        if (HasNews)
        {
            _output.SyncLog();
            isAny = Sweep(_isFree);
        }
        if (!isAny && (_isSweepBlocked || _log.SettledPosition > _progress.Written))
            _disk.TryShrinkReserve();
    }

    private void Sweep()
    {
        _replacement.Run();
        if (_reports.TakeSealRequest() && _log.TrySealSegment() is { } sealedSegment && TryWrite())
        {
            _output.Seal(sealedSegment); // does nothing if this segment's file is not open any more
            Sync();
        }
        Sweep(_saveMarks);
    }

    /// <returns>True if at least one segment was deleted.</returns>
    private bool Sweep(Func<Segment, bool> isFree)
    {
        _isSweepBlocked = false;
        return _sweep.Run(isFree);
    }

    private bool SaveMarks(Segment segment)
    {
        _log.RepeatDelivered(_durableQueues.All, segment);
        if (_log.Position == _progress.Durable)
            return true;
        // This write is needed even if no mark was repeated: a newer mark must be durable before the segment with the older mark is
        // deleted.
        while (!TryWrite())
        {
            if (!_disk.TryShrinkReserve())
                return false;
        }
        Sync();
        return true;
    }

    private bool IsFree(Segment segment)
    {
        bool isFree = segment.BoundPosition <= _progress.Written && !_log.HasDelivered(_durableQueues.All, segment);
        _isSweepBlocked |= !isFree;
        return isFree;
    }
}
