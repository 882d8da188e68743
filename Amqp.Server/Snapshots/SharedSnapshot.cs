namespace Amqp.Server.Snapshots;

/// <summary>The latest snapshot of one kind of objects. All readers share it. Thread-safe.</summary>
/// <remarks>
/// The first reader in a second takes a new snapshot; without readers there are none. All snapshots of a broker change at the full second
/// of the same clock, so that a reader of two gets both new. Two tables take turns, because new arrays each second would be a burden for
/// the garbage collector. A third is made only if a reader still uses the older one.
/// A lock guards all state.
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
            if (_latest is null || _readAt / clock.TimestampFrequency != _second)
                Take();
            _latest!.Leases++;
            return new Lease(this, _latest);
        }
    }

    private void Take()
    {
        var table = _spare is { Leases: 0 } free ? free : maker.Make();
        (table.Number, table.TakenAt) = (++_taken, clock.GetUtcNow().ToUnixTimeMilliseconds());
        table.Fill();
        (_latest, _spare) = (table, _latest);
        _second = _readAt / clock.TimestampFrequency;
        _release ??= clock.CreateTimer(static shared => ((SharedSnapshot)shared!).ReleaseIfUnread(), this, _idleTime, _idleTime);
    }

    private void ReleaseIfUnread()
    {
        lock (_lock)
        {
            if (_release is null || clock.GetElapsedTime(_readAt) < _idleTime)
                return;
            _release.Dispose();
            (_latest, _spare, _release) = (null, null, null);
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
