using Amqp.Storage.Commits;
using Amqp.Storage.Compaction;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Housekeeping;
using Amqp.Storage.Queues;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Log;

/// <summary>
/// Writes the appended bytes of the log to files, on a thread of its own. Syncs the files on request, or when the sync interval has passed.
/// </summary>
/// <remarks>
/// A requested sync begins when the current sync ends. A write that finds the disk full is retried. After any other failure, the thread
/// ends and nothing more becomes durable. <para>Only this thread uses the fields, except where marked.</para>
/// </remarks>
internal sealed class Committer : IAsyncDisposable
{
    // The committer's thread looks for work every LogOutput.WriteDelay. After this many looks without work, the thread sleeps until an
    // append wakes it.
    private const int PollsBeforeSleep = 20;

    // When the store becomes idle, an open segment without live messages is deleted if it has more bytes than this.
    private const long DeadSegmentBytes = 1 << 20;

    // The limit that replaces DeadSegmentBytes while the disk reserve is below its full size: more disk space is needed then.
    private const long MinDeadSegmentBytes = 4 << 10;

    private readonly LogWriter _log;
    private readonly LogOutput _output;
    private readonly CommitProgress _progress; // thread-safe
    private readonly CommitSignal _signal; // thread-safe
    private readonly DiskSpace _disk;
    private readonly SegmentReports _reports; // thread-safe
    private readonly SegmentSweep _sweep;
    private readonly SegmentReplacement _replacement;
    private readonly DurableQueues _durableQueues; // thread-safe
    private readonly Housekeeper _housekeeper; // thread-safe
    private readonly long _maxUnwritten; // unwritten bytes above which publishers should pause
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<Segment, bool> _saveMarks;
    private readonly Func<Segment, bool> _isFree;
    // true if the last sweep could not delete a dead segment, because other records must be written first
    private bool _isSweepBlocked;
    private int _idlePolls;
    private volatile StoreFailedException? _failure; // read by any thread
    private volatile bool _stopping;

    public Committer(
        LogWriter log, LogOutput output, CommitProgress progress, CommitSignal signal, DiskSpace disk, SegmentReports reports,
        SegmentSweep sweep, SegmentReplacement replacement, DurableQueues durableQueues, Housekeeper housekeeper,
        StoreOptions options)
    {
        (_log, _output, _progress, _signal, _disk, _reports) = (log, output, progress, signal, disk, reports);
        (_sweep, _replacement, _durableQueues, _housekeeper) = (sweep, replacement, durableQueues, housekeeper);
        // The unwritten bytes are limited to half of the reserve, but at least one block, because the reserve must have space for all
        // unwritten records and for the records that settle their messages.
        _maxUnwritten = disk.ReserveSize == 0
            ? options.MaxUnwrittenBytes
            : Math.Clamp(options.MaxUnwrittenBytes, 1, Math.Max(disk.ReserveSize / 2, options.BlockSize));
        (_saveMarks, _isFree) = (SaveMarks, IsFree);
        disk.Changed += () => Committed?.Invoke();
    }

    /// <inheritdoc cref="IMessageStore.Committed"/>
    public event Action? Committed;

    public long DurablePosition => _progress.Durable;

    public StoreFailedException? Failure => _failure;

    /// <inheritdoc cref="IMessageStore.IsFull"/>
    public bool IsFull => _disk.IsFull;

    public bool IsBehind => _failure is null && _log.Position - _progress.Written > _maxUnwritten;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "Committer" }.Start();

    public void RequestCommit(long position) => _progress.Request(Math.Min(position, _log.Position));

    public Task WaitForCommitAsync(long position, CancellationToken cancellation)
    {
        Task committed = _progress.WhenDurableAsync(position, cancellation);
        RequestCommit(position);
        return committed;
    }

    public Task WaitForRoomAsync(CancellationToken cancellation) =>
        IsBehind ? _progress.WhenWrittenAsync(_log.Position - _maxUnwritten, cancellation) : Task.CompletedTask;

    /// <summary>Makes everything appended so far durable, and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _signal.Wake();
        await _ended.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                if (Work())
                    _idlePolls = 0;
                else
                    Rest();
            }
            _output.WriteAll();
            Sync();
            Sweep(); // before the log is closed, because a sweep may append delivered marks
            _log.Close(failure: null);
            _output.WriteAll();
            _output.Cut();
            Sync();
        }
        catch (Exception cause) // any exception: nothing becomes durable after it, so publishers must be told
        {
            Fail(cause);
        }
        finally
        {
            _output.Dispose();
            _disk.Dispose();
            _ended.SetResult();
        }
    }

    /// <summary>Does the work that is due. Returns false if no work was due.</summary>
    private bool Work()
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
        bool sweepIsDue = HasNews() && _output.IsSynced;
        if (sweepIsDue)
            Sweep();
        return writeIsDue || syncIsDue || sweepIsDue;
    }

    private void Rest()
    {
        if (!_disk.HasSpace)
        {
            _signal.Prepare(sleep: false);
            if (!_stopping)
                _signal.Wait(DiskSpace.WriteDelay);
            return;
        }
        _idlePolls = _output.IsDone ? _idlePolls + 1 : 0;
        bool sleep = _idlePolls > PollsBeforeSleep && _disk.IsReserveWhole;
        if (_idlePolls == PollsBeforeSleep)
        {
            _log.SealDeadSegment(_disk.IsReserveWhole ? DeadSegmentBytes : MinDeadSegmentBytes);
            TryWrite(); // there are no bytes to write, but the call releases the block that was just closed
            _housekeeper.CompactWhileIdle();
        }
        if (!sleep)
            _signal.Prepare(sleep: false);
        else if (!_log.TryPrepareSleep(_progress.Written))
            return;

        if (_stopping || _progress.IsSyncRequested || (sleep && (_output.IsCatalogDirty || HasNews())))
            _signal.Cancel();
        else
            _signal.Wait(sleep ? Timeout.InfiniteTimeSpan : _idlePolls > PollsBeforeSleep ? DiskSpace.RestoreDelay : LogOutput.WriteDelay);
    }

    private bool HasNews() => _reports.IsAny || _replacement.IsDue;

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
        if (_output.Sync())
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
        if (HasNews())
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

    private void Fail(Exception cause)
    {
        var failure = new StoreFailedException($"the message store cannot write any more: {cause.Message}", cause);
        _failure = failure;
        _output.Fail(failure);
        _progress.Fail(failure);
        Committed?.Invoke();
    }
}
