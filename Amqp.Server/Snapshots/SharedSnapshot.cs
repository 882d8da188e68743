namespace Amqp.Server.Snapshots;

/// <summary>The latest snapshot of one kind of objects. All readers share it. Thread-safe.</summary>
/// <remarks>
/// The first reader in a second takes a new snapshot; without readers there are none. If there was a reader in the second before too, the
/// next ones are taken ahead of the readers, who do not wait for them: while one is taken, readers get that of the second before. All
/// snapshots of a broker change at the full second of the same clock, so that a reader of two gets both new. Two tables take turns, because
/// new arrays each second would be a burden for the garbage collector. A third is made only if a reader still uses the older one.
/// A lock guards all state. Only one thread fills a table, without the lock if it is ahead of the readers.
/// </remarks>
/// <param name="maker">Makes the tables.</param>
/// <param name="clock">Measures the age of a snapshot.</param>
internal sealed class SharedSnapshot(SnapshotMaker maker, TimeProvider clock)
{
    /// <summary>Time without readers after which the memory is freed.</summary>
    private static readonly TimeSpan _idleTime = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private SnapshotTable? _latest;
    private SnapshotTable? _spare;
    private long _second; // second of the clock in which the latest snapshot was taken
    private long _readAt; // timestamp of the clock
    private long _taken;
    private ITimer? _release; // exists only while there is memory to free
    private ITimer? _ahead; // exists only while snapshots are taken ahead of their readers
    private bool _isFilling; // true while a table is filled without the lock

    /// <summary>Number of snapshots that were taken since the start.</summary>
    public long Taken
    {
        get
        {
            lock (_lock)
                return _taken;
        }
    }

    /// <summary>True while tables are kept in memory.</summary>
    public bool IsHeld
    {
        get
        {
            lock (_lock)
                return _latest is not null;
        }
    }

    /// <summary>Returns the latest snapshot. Takes a new one first if there is none of this second.</summary>
    /// <remarks>Dispose of the lease soon: the table may not be used afterwards.</remarks>
    public Lease Read()
    {
        lock (_lock)
        {
            _readAt = clock.GetTimestamp();
            long second = SecondOf(_readAt);
            if (_latest is null || _second < second - 1 || (_second < second && _ahead is null))
                Take(second);
            _latest!.Leases++;
            return new Lease(this, _latest);
        }
    }

    private long SecondOf(long timestamp) => timestamp / clock.TimestampFrequency;

    private void Take(long second)
    {
        if (_isFilling)
            return; // the reader gets an older snapshot rather than to wait
        bool isWatched = _latest is not null && _second == second - 1;
        var table = NextTable();
        table.Fill();
        Share(table, second);
        _release ??= clock.CreateTimer(static shared => ((SharedSnapshot)shared!).ReleaseIfUnread(), this, _idleTime, _idleTime);
        if (isWatched)
            _ahead ??= clock.CreateTimer(
                static shared => ((SharedSnapshot)shared!).TakeAhead(), this, UntilNext(), Timeout.InfiniteTimeSpan);
    }

    private SnapshotTable NextTable()
    {
        var table = _spare is { Leases: 0 } free ? free : maker.Make();
        (table.Number, table.TakenAt) = (++_taken, clock.GetUtcNow().ToUnixTimeMilliseconds());
        return table;
    }

    private void Share(SnapshotTable table, long second) => (_latest, _spare, _second) = (table, _latest, second);

    /// <summary>Time until the next full second of the clock.</summary>
    private TimeSpan UntilNext()
    {
        long frequency = clock.TimestampFrequency;
        return clock.GetElapsedTime(0, frequency - clock.GetTimestamp() % frequency);
    }

    /// <summary>Takes the snapshot of this second, if there were readers in the last one.</summary>
    private void TakeAhead()
    {
        SnapshotTable table;
        long second;
        lock (_lock)
        {
            second = SecondOf(clock.GetTimestamp());
            if (_ahead is null || _isFilling)
                return;
            if (SecondOf(_readAt) < second - 1)
            {
                _ahead.Dispose();
                _ahead = null;
                return;
            }
            if (_second == second)
            {
                _ahead.Change(UntilNext(), Timeout.InfiniteTimeSpan);
                return;
            }
            table = NextTable();
            _isFilling = true;
        }
        bool isFilled = false;
        try
        {
            table.Fill();
            isFilled = true;
        }
        finally
        {
            lock (_lock)
            {
                _isFilling = false;
                if (isFilled)
                    Share(table, second);
                _ahead?.Change(UntilNext(), Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void ReleaseIfUnread()
    {
        lock (_lock)
        {
            if (_release is null || _isFilling || clock.GetElapsedTime(_readAt) < _idleTime)
                return;
            _release.Dispose();
            _ahead?.Dispose();
            (_latest, _spare, _release, _ahead) = (null, null, null, null);
            maker.Forget();
        }
    }

    private void Return(SnapshotTable table)
    {
        lock (_lock)
            table.Leases--;
    }

    /// <summary>The right to read a snapshot, until it is disposed.</summary>
    public readonly struct Lease(SharedSnapshot shared, SnapshotTable table) : IDisposable
    {
        public SnapshotTable Table => table;

        public void Dispose() => shared.Return(table);
    }
}
