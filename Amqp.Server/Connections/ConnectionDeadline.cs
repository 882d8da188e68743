namespace Amqp.Server.Connections;

/// <summary>Limits the time of a connection's current step, for example its handshake. Thread-safe.</summary>
/// <param name="onMissed">Closes the socket. Called on a timer's thread; must not throw.</param>
internal sealed class ConnectionDeadline(Action onMissed)
{
    /// <summary>Time for a peer to answer connection.close before its socket is closed.</summary>
    public static readonly TimeSpan Close = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Time limit for closing a connection without a login or with broken framing. Also limits the last send of any connection.
    /// </summary>
    public static readonly TimeSpan ShortClose = TimeSpan.FromSeconds(3);

    private CancellationTokenSource? _timer;
    private bool _isMissed;

    /// <summary>True once a deadline has passed.</summary>
    public bool IsMissed => Volatile.Read(ref _isMissed);

    /// <summary>Closes the socket after this time. A new deadline replaces this one, and the deadline can be cleared.</summary>
    public void Set(TimeSpan time)
    {
        var timer = new CancellationTokenSource(time);
        timer.Token.UnsafeRegister(static deadline => ((ConnectionDeadline)deadline!).Miss(), this);
        Interlocked.Exchange(ref _timer, timer)?.Dispose();
    }

    /// <summary>Removes the deadline.</summary>
    public void Clear() => Interlocked.Exchange(ref _timer, null)?.Dispose();

    private void Miss()
    {
        Volatile.Write(ref _isMissed, true);
        onMissed();
    }
}
