using Amqp.Server.Channels;

namespace Amqp.Server.Connections;

/// <summary>Sends heartbeats, and closes the connection if the peer sends nothing (spec 4.2.7).</summary>
/// <remarks>The read loop reports each read of the socket. The loop of <see cref="HeartbeatMonitor"/> calls <see cref="Check"/>.</remarks>
/// <param name="outbox">Sends the heartbeats.</param>
/// <param name="onSilent">Closes the connection. Receives the number of seconds without input.</param>
internal sealed class ConnectionHeartbeat(Outbox outbox, Action<int> onSilent)
{
    private long _lastReceived = Environment.TickCount64;
    private bool _isReadingPaused;

    /// <summary>Notes that the peer has sent octets.</summary>
    public void NoteReceived() => Volatile.Write(ref _lastReceived, Environment.TickCount64);

    /// <summary>
    /// Suspends the check of the peer until <see cref="ResumeReading"/>, because the paused read loop reads no heartbeats.
    /// </summary>
    public void PauseReading() => Volatile.Write(ref _isReadingPaused, true);

    /// <summary>Resumes the check of the peer. The time without input starts anew.</summary>
    public void ResumeReading()
    {
        NoteReceived();
        Volatile.Write(ref _isReadingPaused, false);
    }

    /// <summary>Sends a heartbeat after half an interval without output. Closes the connection after 2.5 intervals without input.</summary>
    /// <param name="now">The current <see cref="Environment.TickCount64"/>.</param>
    /// <param name="seconds">The negotiated interval in seconds; 0 means no heartbeats.</param>
    public void Check(long now, int seconds)
    {
        if (seconds == 0)
            return;
        long interval = seconds * 1000L;
        long silence = now - Volatile.Read(ref _lastReceived);
        if (silence > 2 * interval + interval / 2 && !Volatile.Read(ref _isReadingPaused))
            onSilent((int)(silence / 1000));
        else if (now - outbox.LastSent >= interval / 2)
            outbox.SendHeartbeat();
    }
}
