namespace Amqp.Storage;

/// <summary>The group commit: one thread that writes what was appended and syncs it when somebody waits or the time is up.</summary>
/// <remarks>
/// What is appended while a sync runs is the next sync's batch: no timer delays a requested commit. A write or sync that
/// fails is the last one: what the disk holds then is unknown, so nothing is ever called durable again. But a write that
/// finds no room is tried again: its bytes are still in memory, and the place for them is known.
/// <para>Fields are owned by the thread, but for those marked otherwise.</para>
/// </remarks>
internal sealed class Committer : IAsyncDisposable
{
    // How long appended bytes nobody waits for stay in this process. Blocks that fill up go at once.
    private static readonly TimeSpan _writeDelay = TimeSpan.FromMilliseconds(5);

    // Rounds of _writeDelay without anything to do before the thread sleeps until an append wakes it.
    private const int RoundsBeforeSleep = 20;

    // How long to wait for room before a write is tried again, in milliseconds.
    private const int FullDelay = 100;

    // The same for the reserve.
    private const int RestoreDelay = 500;

    // A dead segment of at least this size is deleted when the broker falls idle, even though it is not full.
    private const long DeadSegmentBytes = 1 << 20;

    // The same while every byte is wanted for the reserve.
    private const long LeastDeadSegmentBytes = 4 << 10;

    private readonly BlockSpace _space;
    private readonly LogWriter _log;
    private readonly SegmentSet _segments;
    private readonly SegmentWriter _writer;
    private readonly FileCatalog _catalog;
    private readonly CommitSignal _signal;
    private readonly DiskReserve _reserve;
    private readonly StoreOptions _options;
    private readonly long _mostUnwritten; // before publishers should pause
    private readonly Func<IEnumerable<StoredQueue>> _durableQueues;

    private readonly CommitWaiters _commits = new(); // thread-safe
    private readonly CommitWaiters _room = new(); // thread-safe
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<UnwrittenBytes> _unwritten = [];
    private readonly Action<Segment> _release;
    private readonly Func<Segment, bool> _saveMarks;
    private readonly Func<Segment, bool> _isFree;
    private readonly Action<Segment, Segment[]> _fold;
    private readonly Housekeeper _housekeeper;
    private readonly SegmentReplacement _replacement;
    private int _released; // of _unwritten
    private long _taken; // the position behind _unwritten
    private bool _hasRoom = true; // the last write went through
    private bool _isHeldUp; // a dead segment cannot go, as something has to be written first; found by the last sweep
    private long _fullUntil;
    private long _restoreAt;
    private long? _unwrittenSince; // milliseconds, as are all times here
    private long? _unsyncedSince;
    private int _quietRounds;

    private long _requested; // changed with Interlocked by any thread
    private long _written; // read by any thread
    private long _durable; // read by any thread
    private volatile StoreFailedException? _failure;
    private volatile bool _isFull;
    private volatile bool _stopping;

    public Committer(BlockSpace space, LogWriter log, SegmentSet segments, SegmentWriter writer, FileCatalog catalog, CommitSignal signal, DiskReserve reserve, StoreOptions options, Func<IEnumerable<StoredQueue>> durableQueues, Housekeeper housekeeper, SegmentReplacement replacement)
    {
        (_space, _log, _segments, _writer, _catalog, _signal, _reserve, _options, _durableQueues) = (space, log, segments, writer, catalog, signal, reserve, options, durableQueues);
        _isFull = !reserve.IsWhole;
        // What waits when the disk becomes full stands in the log before the settles that are to be written from the reserve.
        _mostUnwritten = reserve.Size == 0 ? options.MaxUnwrittenBytes : Math.Clamp(options.MaxUnwrittenBytes, 1, Math.Max(reserve.Size / 2, options.BlockSize));
        (_release, _saveMarks, _isFree, _fold) = (writer.Release, SaveMarks, IsFree, housekeeper.Fold);
        (_housekeeper, _replacement) = (housekeeper, replacement);
    }

    /// <inheritdoc cref="IMessageStore.Committed"/>
    public event Action? Committed;

    public long DurablePosition => Volatile.Read(ref _durable);

    public StoreFailedException? Failure => _failure;

    /// <inheritdoc cref="IMessageStore.IsFull"/>
    public bool IsFull => _isFull;

    public bool IsBehind => _failure is null && _log.Position - Volatile.Read(ref _written) > _mostUnwritten;

    private bool IsAsked => Volatile.Read(ref _requested) > _durable;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "Committer" }.Start();

    public void RequestCommit(long position)
    {
        position = Math.Min(position, _log.Position);
        long requested = Volatile.Read(ref _requested);
        while (requested < position)
        {
            long seen = Interlocked.CompareExchange(ref _requested, position, requested);
            if (seen == requested)
            {
                _signal.Wake();
                return;
            }
            requested = seen;
        }
    }

    public Task WaitForCommitAsync(long position, CancellationToken cancellation)
    {
        Task committed = _commits.WaitAsync(position, cancellation);
        RequestCommit(position);
        return committed;
    }

    public Task WaitForRoomAsync(CancellationToken cancellation) =>
        IsBehind ? _room.WaitAsync(_log.Position - _mostUnwritten, cancellation) : Task.CompletedTask;

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
            WriteAll();
            Sync();
            Sweep(); // may still append
            _log.Close(failure: null);
            WriteAll();
            Sync();
        }
        catch (Exception cause) // whatever it is, nothing is durable any more: publishers must hear of it
        {
            Fail(cause);
        }
        finally
        {
            _writer.Dispose();
            _reserve.Dispose();
            _ended.SetResult();
        }
    }

    /// <summary>Does what is due; false when nothing was.</summary>
    private bool Work()
    {
        long now = Environment.TickCount64;
        if (!_hasRoom && now < _fullUntil)
            return false;
        if (_hasRoom && !_reserve.IsWhole && now >= _restoreAt)
            RestoreReserve(now);
        if (_segments.TakeLackOfRoom() && GiveReserveUp())
            _segments.RequestSweep(); // which has it tried again
        long waiting = _log.Position - _written;
        if (waiting > 0)
            _unwrittenSince ??= now;
        if (_catalog.IsDirty)
            _unsyncedSince ??= now;

        bool syncIsDue = IsAsked || now - _unsyncedSince >= (long)_options.SyncInterval.TotalMilliseconds;
        bool writeIsDue = waiting > 0 && (syncIsDue || waiting >= _options.BlockSize || now - _unwrittenSince >= (long)_writeDelay.TotalMilliseconds);
        if (writeIsDue && !TryWrite())
        {
            MakeRoom();
            return true;
        }
        if (syncIsDue)
            Sync();
        bool sweepIsDue = _segments.HasNews && _unsyncedSince is null;
        if (sweepIsDue)
            Sweep();
        return writeIsDue || syncIsDue || sweepIsDue;
    }

    private void Rest()
    {
        if (!_hasRoom)
        {
            _signal.Prepare(sleep: false);
            if (!_stopping)
                _signal.Wait(TimeSpan.FromMilliseconds(FullDelay));
            return;
        }
        bool isQuiet = _unwrittenSince is null && _unsyncedSince is null;
        _quietRounds = isQuiet ? _quietRounds + 1 : 0;
        bool sleep = _quietRounds > RoundsBeforeSleep && _reserve.IsWhole;
        if (_quietRounds == RoundsBeforeSleep)
        {
            _log.EndDeadSegment(_reserve.IsWhole ? DeadSegmentBytes : LeastDeadSegmentBytes);
            TryWrite(); // has no bytes, but lets go of the block that was closed
            _housekeeper.TidyUp();
        }
        if (!sleep)
            _signal.Prepare(sleep: false);
        else if (!_log.TryPrepareSleep(_written))
            return;

        if (_stopping || IsAsked || (sleep && (_catalog.IsDirty || _segments.HasNews)))
            _signal.Cancel();
        else
            _signal.Wait(sleep ? Timeout.InfiniteTimeSpan : _quietRounds > RoundsBeforeSleep ? TimeSpan.FromMilliseconds(RestoreDelay) : _writeDelay);
    }

    /// <returns>False when there is no room for it on the disk now.</returns>
    private bool TryWrite()
    {
        bool hasRoom = true;
        try
        {
            Write();
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            hasRoom = false;
            _fullUntil = Environment.TickCount64 + FullDelay;
        }
        if (hasRoom != _hasRoom)
        {
            _hasRoom = hasRoom;
            _segments.RequestSweep(); // for what a sweep could not delete as it could not write, or had to leave while it was full
        }
        TellIfFull();
        return hasRoom;
    }

    /// <summary>The disk is full while a write finds no room, and until the reserve is whole: what comes to be free is for settles before it is for publishers.</summary>
    private void TellIfFull()
    {
        bool isFull = !_hasRoom || !_reserve.IsWhole;
        if (isFull == _isFull)
            return;
        _isFull = isFull;
        Committed?.Invoke();
    }

    private void RestoreReserve(long now)
    {
        _restoreAt = now + RestoreDelay;
        if (_reserve.TryRestore())
            TellIfFull();
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
        if (_segments.HasNews)
        {
            _writer.Sync();
            isAny = Sweep(_isFree);
        }
        if (!isAny && (_isHeldUp || _log.SettledPosition > _written))
            GiveReserveUp();
    }

    /// <returns>False when nothing is left of it.</returns>
    private bool GiveReserveUp()
    {
        if (!_reserve.TryGiveUp())
            return false;
        _fullUntil = 0; // what waits for room is tried again at once
        _restoreAt = Environment.TickCount64 + RestoreDelay;
        TellIfFull();
        return true;
    }

    /// <returns>True when a segment was deleted.</returns>
    private bool Sweep(Func<Segment, bool> isFree)
    {
        _isHeldUp = false;
        return _segments.Sweep(_release, isFree, _fold);
    }

    private void WriteAll()
    {
        do
            Write();
        while (_written < _log.Position);
    }

    private void Write()
    {
        if (_released == _unwritten.Count) // else there was no room for the rest of them
        {
            _unwritten.Clear();
            _released = 0;
            _taken = _log.TakeUnwritten(_unwritten);
        }
        for (; _released < _unwritten.Count; _released++)
        {
            UnwrittenBytes unwritten = _unwritten[_released];
            if (unwritten.To > unwritten.Block.Written)
            {
                _writer.Write(unwritten);
                _unsyncedSince ??= Environment.TickCount64;
            }
            if (!unwritten.IsLast)
                continue;
            _space.Residents.Add(unwritten.Block);
            _space.Change(unwritten.Block, -Block.Pin);
        }
        _unwrittenSince = null;
        Volatile.Write(ref _written, _taken);
        _room.Reach(_taken);
    }

    private void Sync()
    {
        long position = _written;
        _catalog.Sync(); // first: what is in the log may need what is in the catalog
        _writer.Sync();
        _unsyncedSince = null;
        if (position == _durable)
            return;
        Volatile.Write(ref _durable, position);
        _log.DurablePosition = position;
        _commits.Reach(position);
        Committed?.Invoke();
    }

    private void Sweep()
    {
        _replacement.Run();
        if (_segments.TakeEndAwaited() && _log.EndSegmentIfAny() is { } ended && TryWrite())
        {
            _writer.End(ended); // by now the writer may be at the next one
            Sync();
        }
        Sweep(_saveMarks);
    }

    private bool SaveMarks(Segment segment)
    {
        _log.RepeatDelivered(_durableQueues(), segment);
        if (_log.Position == _durable)
            return true;
        while (!TryWrite()) // what was not repeated may have been replaced by a mark that is not durable yet
        {
            if (!GiveReserveUp())
                return false;
        }
        Sync();
        return true;
    }

    private bool IsFree(Segment segment)
    {
        bool isFree = segment.BoundPosition <= _written && !_log.HasDelivered(_durableQueues(), segment);
        _isHeldUp |= !isFree;
        return isFree;
    }

    private void Fail(Exception cause)
    {
        var failure = new StoreFailedException($"the message store cannot write any more: {cause.Message}", cause);
        _failure = failure;
        _log.Close(failure);
        _catalog.Fail(failure);
        // Nobody writes these blocks any more: they stay in memory until their messages are settled.
        ReleaseRest();
        _unwritten.Clear();
        _released = 0;
        _log.TakeUnwritten(_unwritten);
        ReleaseRest();
        _commits.Fail(failure);
        _room.Reach(long.MaxValue);
        Committed?.Invoke();
    }

    private void ReleaseRest()
    {
        for (; _released < _unwritten.Count; _released++)
        {
            if (_unwritten[_released].IsLast)
                _space.Change(_unwritten[_released].Block, -Block.Pin);
        }
    }
}
