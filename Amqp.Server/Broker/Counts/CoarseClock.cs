namespace Amqp.Server.Broker.Counts;

/// <summary>The time, exact to half a second. To read it costs no system call, so each delivery may read it. Thread-safe.</summary>
internal sealed class CoarseClock : IDisposable
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider _clock;
    private readonly long _started;
    private readonly ITimer _timer;
    private long _now = 1; // not 0, which means never

    public CoarseClock(TimeProvider clock)
    {
        (_clock, _started) = (clock, clock.GetTimestamp());
        _timer = clock.CreateTimer(_ => Volatile.Write(ref _now, Exact), null, _tick, _tick);
    }

    /// <summary>Milliseconds since the clock was created, at least 1. A change of the system's time has no effect.</summary>
    public long Now => Volatile.Read(ref _now);

    private long Exact => (long)_clock.GetElapsedTime(_started).TotalMilliseconds + 1;

    /// <summary>Converts an earlier value of <see cref="Now"/> to milliseconds since 1970-01-01 UTC.</summary>
    public long ToUnix(long time) => _clock.GetUtcNow().ToUnixTimeMilliseconds() - Math.Max(0, Exact - time);

    public void Dispose() => _timer.Dispose();
}
