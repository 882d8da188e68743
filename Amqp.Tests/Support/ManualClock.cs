namespace Amqp.Tests.Support;

/// <summary>
/// A clock that advances only when the test advances it. Timers that become due run on the thread of the test, one after another.
/// </summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = []; // guarded by _gate
    private long _now = 1_700_000_000_000; // milliseconds since 1970-01-01 UTC

    public override long TimestampFrequency => 1_000;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Volatile.Read(ref _now));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        lock (_gate)
            _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Advances the clock, and runs every timer that becomes due.</summary>
    public void Advance(long milliseconds)
    {
        long end = _now + milliseconds;
        while (TakeDue(end) is { } timer)
            timer.Ring();
        Volatile.Write(ref _now, end);
    }

    /// <summary>Advances the clock without running timers.</summary>
    public void Pass(long milliseconds) => Volatile.Write(ref _now, _now + milliseconds);

    private ManualTimer? TakeDue(long until)
    {
        lock (_gate)
        {
            if (_timers.MinBy(timer => timer.Due) is not { } next || next.Due > until)
                return null;
            Volatile.Write(ref _now, Math.Max(_now, next.Due));
            next.Due = next.Period is { } period ? next.Due + period : long.MaxValue;
            return next;
        }
    }

    private sealed class ManualTimer(ManualClock clock, Action ring) : ITimer
    {
        public long Due { get; set; } = long.MaxValue;

        public long? Period { get; private set; }

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                Due = dueTime < TimeSpan.Zero ? long.MaxValue : clock._now + (long)dueTime.TotalMilliseconds;
                Period = period > TimeSpan.Zero ? (long)period.TotalMilliseconds : null;
            }
            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
