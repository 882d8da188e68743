namespace Amqp.Server.Connections;

/// <summary>Limits the time that the current step of a connection takes, for example the handshake. Thread-safe.</summary>
/// <param name="onMissed">Closes the socket when the deadline passes. Called on a timer's thread; must not throw.</param>
internal sealed class ConnectionDeadline(Action onMissed)
{
    /// <summary>Time that a peer has to answer connection.close.</summary>
    public static readonly TimeSpan Close = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Time to answer connection.close for clients that have not completed the handshake or have sent an invalid frame. Also limits the
    /// last send of each connection.
    /// </summary>
    public static readonly TimeSpan ShortClose = TimeSpan.FromSeconds(3);

    private CancellationTokenSource? _timer;
    private bool _isMissed;

    /// <summary>True once a deadline has passed.</summary>
    public bool IsMissed => Volatile.Read(ref _isMissed);

    /// <summary>Replaces the current deadline. The socket is closed when this time has passed.</summary>
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
