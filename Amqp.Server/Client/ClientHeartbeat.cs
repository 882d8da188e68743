namespace Amqp.Server.Client;

/// <summary>Sends heartbeats, and ends the connection if nothing arrives during two intervals (spec 4.2.7).</summary>
internal sealed class ClientHeartbeat : IDisposable
{
    private readonly Timer _timer;
    private long _receivedAt = Environment.TickCount64; // read and written by any thread

    private ClientHeartbeat(int seconds, ClientOutput output, Action<Exception> end)
    {
        var half = TimeSpan.FromSeconds(seconds) / 2;
        _timer = new Timer(_ =>
        {
            if (Volatile.Read(ref _receivedAt) < Environment.TickCount64 - 2000L * seconds)
                end(new ClientException($"the broker sent nothing for {2 * seconds} seconds"));
            else
                output.Write(0, static (writer, _) => writer.WriteHeartbeat());
        }, null, half, half);
    }

    /// <param name="seconds">The negotiated interval; 0 for no heartbeats.</param>
    /// <param name="output">Sends the heartbeats.</param>
    /// <param name="end">Ends the connection.</param>
    /// <returns>The running heartbeats; null if there are none.</returns>
    public static ClientHeartbeat? Start(int seconds, ClientOutput output, Action<Exception> end) =>
        seconds > 0 ? new ClientHeartbeat(seconds, output, end) : null;

    public void NoteReceived() => Volatile.Write(ref _receivedAt, Environment.TickCount64);

    /// <summary>Expects nothing until the next <see cref="NoteReceived"/>.</summary>
    public void Pause() => Volatile.Write(ref _receivedAt, long.MaxValue);

    public void Dispose() => _timer.Dispose();
}
