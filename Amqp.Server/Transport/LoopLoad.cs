using System.Diagnostics;

namespace Amqp.Server.Transport;

/// <summary>Measures how busy a loop is, in windows of 10 ms, and how much of its time each connection takes.</summary>
/// <remarks>Used by the loop only. Any thread may read <see cref="Busy"/>.</remarks>
internal sealed class LoopLoad
{
    /// <summary>The value of <see cref="Busy"/> for a loop that never sleeps.</summary>
    public const int Full = 1000;

    // The most connections with which a loop is quiet.
    private const int FewConnections = 4;

    private static readonly long _windowTime = Stopwatch.Frequency / 100;

    // A wait that is shorter has found events at once.
    private static readonly long _shortestSleep = Stopwatch.Frequency / 200_000;

    private readonly List<LoopConnection> _served = []; // connections with events in this window
    private long _window = 1; // number of the window; 0 is the window of a connection that was never served
    private long _windowStart = Stopwatch.GetTimestamp();
    private long _now = Stopwatch.GetTimestamp();
    private long _slept; // time of this window in which the loop had nothing to do
    private int _busy;
    private volatile bool _isWaiting;
    private volatile bool _isQuiet;

    /// <summary>The busy share of the last window, up to <see cref="Full"/>; 0 if the loop has nothing to do now.</summary>
    public int Busy => _isWaiting ? 0 : Volatile.Read(ref _busy);

    /// <summary>True if few connections had events in the last window. Any thread may read the property.</summary>
    public bool IsQuiet => _isQuiet;

    /// <summary>Connections that had events in this window.</summary>
    public IReadOnlyList<LoopConnection> Served => _served;

    /// <summary>Notes that the loop begins to wait for events.</summary>
    public void BeginWait() => _isWaiting = true;

    /// <summary>Notes that the wait has ended. Returns how long it was, in ticks of <see cref="Stopwatch"/>.</summary>
    public long EndWait()
    {
        _isWaiting = false;
        long waited = Advance();
        if (waited > _shortestSleep)
            _slept += waited;
        return waited;
    }

    /// <summary>Counts the time since the last call for a connection.</summary>
    public void NoteServed(LoopConnection connection)
    {
        if (connection.LoadWindow != _window)
        {
            (connection.LoadWindow, connection.Load) = (_window, 0);
            _served.Add(connection);
        }
        connection.Load += Advance();
    }

    /// <summary>Notes a time in which the loop's thread has waited for the disk, in ticks of <see cref="Stopwatch"/>.</summary>
    public void NoteBlocked(long time) => _slept += time;

    /// <summary>Computes <see cref="Busy"/> if the window is over. The caller must then call <see cref="BeginWindow"/>.</summary>
    public bool IsWindowOver()
    {
        long length = _now - _windowStart;
        if (length < _windowTime)
            return false;
        Volatile.Write(ref _busy, (int)(Full * (length - _slept) / length));
        return true;
    }

    /// <summary>Begins the next window.</summary>
    public void BeginWindow()
    {
        _isQuiet = _served.Count <= FewConnections;
        _window++;
        _served.Clear();
        (_windowStart, _slept) = (_now, 0);
    }

    private long Advance()
    {
        long before = _now;
        _now = Stopwatch.GetTimestamp();
        return _now - before;
    }
}
