namespace Amqp.Server.Connections;

/// <summary>Limits the time of a connection's current step: its handshake, the answer to connection.close, the last send.</summary>
/// <remarks>Thread-safe. A new deadline replaces the previous one.</remarks>
/// <param name="onMissed">Closes the socket. Called on a timer's thread, so it must throw nothing.</param>
internal sealed class ConnectionDeadline(Action onMissed)
{
    /// <summary>Time for a peer to answer connection.close before its socket is closed.</summary>
    public static readonly TimeSpan Close = TimeSpan.FromSeconds(30);

    /// <summary>The shorter time for a peer without a login or with broken framing. Such a peer is probably not an AMQP client.</summary>
    /// <remarks>Also limits the last send of a connection, and the wait for the client to close its socket after close-ok.</remarks>
    public static readonly TimeSpan ShortClose = TimeSpan.FromSeconds(3);

    private CancellationTokenSource? _timer;
    private bool _isMissed;

    /// <summary>True once a deadline has passed.</summary>
    public bool IsMissed => Volatile.Read(ref _isMissed);

    /// <summary>Closes the socket after this time, unless the deadline is replaced or cleared before.</summary>
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
