using Amqp.Storage.Commits;
using Amqp.Storage.Compaction;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Housekeeping;
using Amqp.Storage.Queues;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Log;

/// <summary>The group commit: one thread that writes what was appended and syncs it when somebody waits or the time is up.</summary>
/// <remarks>
/// What is appended while a sync runs is the next sync's batch: no timer delays a requested commit. A write or sync that
/// fails is the last one: what the disk holds then is unknown, so nothing is ever called durable again. But a write that
/// finds no room is tried again: its bytes are still in memory, and the place for them is known.
/// <para>Fields are owned by the thread, but for those marked otherwise.</para>
/// </remarks>
internal sealed class Committer : IAsyncDisposable
{
    // Rounds of LogOutput.WriteDelay without anything to do before the thread sleeps until an append wakes it.
    private const int RoundsBeforeSleep = 20;

    // A dead segment of at least this size is deleted when the broker falls idle, even though it is not full.
    private const long DeadSegmentBytes = 1 << 20;

    // The same while every byte is wanted for the reserve.
    private const long LeastDeadSegmentBytes = 4 << 10;

    private readonly LogWriter _log;
    private readonly LogOutput _output;
    private readonly CommitProgress _progress; // thread-safe
    private readonly CommitSignal _signal; // thread-safe
    private readonly DiskRoom _room;
    private readonly SegmentReports _reports; // thread-safe
    private readonly SegmentSweep _sweep;
    private readonly SegmentReplacement _replacement;
    private readonly DurableQueues _durableQueues; // thread-safe
    private readonly Housekeeper _housekeeper; // thread-safe
    private readonly long _mostUnwritten; // before publishers should pause
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<Segment, bool> _saveMarks;
    private readonly Func<Segment, bool> _isFree;
    private bool _isHeldUp; // a dead segment cannot go, as something has to be written first; found by the last sweep
    private int _quietRounds;
    private volatile StoreFailedException? _failure; // read by any thread
    private volatile bool _stopping;

    public Committer(
        LogWriter log, LogOutput output, CommitProgress progress, CommitSignal signal, DiskRoom room, SegmentReports reports,
        SegmentSweep sweep, SegmentReplacement replacement, DurableQueues durableQueues, Housekeeper housekeeper,
        StoreOptions options)
    {
        (_log, _output, _progress, _signal, _room, _reports) = (log, output, progress, signal, room, reports);
        (_sweep, _replacement, _durableQueues, _housekeeper) = (sweep, replacement, durableQueues, housekeeper);
        // What waits when the disk becomes full stands in the log before the settles that are to be written from the reserve.
        _mostUnwritten = room.ReserveSize == 0 ? options.MaxUnwrittenBytes : Math.Clamp(options.MaxUnwrittenBytes, 1, Math.Max(room.ReserveSize / 2, options.BlockSize));
        (_saveMarks, _isFree) = (SaveMarks, IsFree);
        room.Changed += () => Committed?.Invoke();
    }

    /// <inheritdoc cref="IMessageStore.Committed"/>
    public event Action? Committed;

    public long DurablePosition => _progress.Durable;

    public StoreFailedException? Failure => _failure;

    /// <inheritdoc cref="IMessageStore.IsFull"/>
    public bool IsFull => _room.IsFull;

    public bool IsBehind => _failure is null && _log.Position - _progress.Written > _mostUnwritten;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "Committer" }.Start();

    public void RequestCommit(long position) => _progress.Request(Math.Min(position, _log.Position));

    public Task WaitForCommitAsync(long position, CancellationToken cancellation)
    {
        Task committed = _progress.WhenDurableAsync(position, cancellation);
        RequestCommit(position);
        return committed;
    }

    public Task WaitForRoomAsync(CancellationToken cancellation) =>
        IsBehind ? _progress.WhenWrittenAsync(_log.Position - _mostUnwritten, cancellation) : Task.CompletedTask;

    /// <summary>Makes everything durable that was appended, and ends the thread.</summary>
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
                    _quietRounds = 0;
                else
                    Rest();
            }
            _output.WriteAll();
            Sync();
            Sweep(); // may still append
            _log.Close(failure: null);
            _output.WriteAll();
            Sync();
        }
        catch (Exception cause) // whatever it is, nothing is durable any more: publishers must hear of it
        {
            Fail(cause);
        }
        finally
        {
            _output.Dispose();
            _room.Dispose();
            _ended.SetResult();
        }
    }

    /// <summary>Does what is due; false when nothing was.</summary>
    private bool Work()
    {
        long now = Environment.TickCount64;
        if (_room.IsWaiting(now))
            return false;
        _room.RestoreReserve(now);
        if (_reports.TakeLackOfRoom() && _room.TryGiveReserveUp())
            _reports.RequestSweep(); // which has it tried again

        (bool writeIsDue, bool syncIsDue) = _output.Look(now);
        if (writeIsDue && !TryWrite())
        {
            MakeRoom();
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
        if (!_room.HasRoom)
        {
            _signal.Prepare(sleep: false);
            if (!_stopping)
                _signal.Wait(DiskRoom.WriteDelay);
            return;
        }
        _quietRounds = _output.IsDone ? _quietRounds + 1 : 0;
        bool sleep = _quietRounds > RoundsBeforeSleep && _room.IsReserveWhole;
        if (_quietRounds == RoundsBeforeSleep)
        {
            _log.EndDeadSegment(_room.IsReserveWhole ? DeadSegmentBytes : LeastDeadSegmentBytes);
            TryWrite(); // has no bytes, but lets go of the block that was closed
            _housekeeper.TidyUp();
        }
        if (!sleep)
            _signal.Prepare(sleep: false);
        else if (!_log.TryPrepareSleep(_progress.Written))
            return;

        if (_stopping || _progress.IsAsked || (sleep && (_output.IsCatalogDirty || HasNews())))
            _signal.Cancel();
        else
            _signal.Wait(sleep ? Timeout.InfiniteTimeSpan : _quietRounds > RoundsBeforeSleep ? DiskRoom.RestoreDelay : LogOutput.WriteDelay);
    }

    private bool HasNews() => _reports.IsAny || _replacement.IsDue;

    /// <returns>False when there is no room for it on the disk now.</returns>
    private bool TryWrite()
    {
        bool hasRoom = true;
        try
        {
            _output.Write();
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            hasRoom = false;
        }
        if (_room.Note(hasRoom))
            _reports.RequestSweep(); // for what a sweep could not delete as it could not write, or had to leave while it was full
        return hasRoom;
    }

    private void Sync()
    {
        if (_output.Sync())
            Committed?.Invoke();
    }

    /// <summary>Deletes what nobody needs though it is not written yet that nobody does: else consumers could not make room on a full disk.</summary>
    /// <remarks>
    /// In a crash now nothing comes back that was settled. But a segment with a message that was settled for the sake of another, as in a transaction,
    /// waits until that one is written; the others need not. Where nothing can go and settles wait to be written, a piece of the reserve is for them;
    /// messages that stand before them in the log come to be written with them.
    /// </remarks>
    private void MakeRoom()
    {
        bool isAny = false;
        if (HasNews())
        {
            _output.SyncLog();
            isAny = Sweep(_isFree);
        }
        if (!isAny && (_isHeldUp || _log.SettledPosition > _progress.Written))
            _room.TryGiveReserveUp();
    }

    private void Sweep()
    {
        _replacement.Run();
        if (_reports.TakeEndAwaited() && _log.EndSegmentIfAny() is { } ended && TryWrite())
        {
            _output.End(ended); // by now the writer may be at the next one
            Sync();
        }
        Sweep(_saveMarks);
    }

    /// <returns>True when a segment was deleted.</returns>
    private bool Sweep(Func<Segment, bool> isFree)
    {
        _isHeldUp = false;
        return _sweep.Run(isFree);
    }

    private bool SaveMarks(Segment segment)
    {
        _log.RepeatDelivered(_durableQueues.All, segment);
        if (_log.Position == _progress.Durable)
            return true;
        while (!TryWrite()) // what was not repeated may have been replaced by a mark that is not durable yet
        {
            if (!_room.TryGiveReserveUp())
                return false;
        }
        Sync();
        return true;
    }

    private bool IsFree(Segment segment)
    {
        bool isFree = segment.BoundPosition <= _progress.Written && !_log.HasDelivered(_durableQueues.All, segment);
        _isHeldUp |= !isFree;
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
