using Microsoft.AspNetCore.Connections;

namespace Amqp.Server.Connections;

/// <summary>The connections whose handshake is not complete. If there are too many, the oldest one is closed. Thread-safe.</summary>
/// <param name="most">Largest number of pending connections; 0 for no limit.</param>
/// <param name="clock">Measures the time between two log lines.</param>
/// <param name="logger">Logs the number of closed connections, at most once in ten seconds.</param>
internal sealed class PendingLogins(int most, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan _logInterval = TimeSpan.FromSeconds(10);

    private readonly LinkedList<ConnectionContext> _waiting = []; // the oldest connection is first
    private readonly Lock _gate = new();
    private long? _loggedAt;
    private long _cutOff;

    /// <summary>Number of pending connections.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    /// <summary>Runs a connection. It is pending until <see cref="NoteOpened"/> is called or the connection ends.</summary>
    public async Task OnConnectedAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var entry = new PendingLogin(this, Add(connection));
        connection.Features.Set(entry);
        try
        {
            await next(connection);
        }
        finally
        {
            Remove(entry.Node);
        }
    }

    /// <summary>Notes that the handshake of a connection has ended.</summary>
    public static void NoteOpened(ConnectionContext connection)
    {
        if (connection.Features.Get<PendingLogin>() is { } entry)
            entry.Owner.Remove(entry.Node);
    }

    private LinkedListNode<ConnectionContext> Add(ConnectionContext connection)
    {
        ConnectionContext? oldest = null;
        LinkedListNode<ConnectionContext> node;
        long toLog = 0;
        lock (_gate)
        {
            node = _waiting.AddLast(connection);
            if (most > 0 && _waiting.Count > most)
            {
                oldest = _waiting.First!.Value;
                _waiting.RemoveFirst();
                toLog = CountToLog();
            }
        }
        oldest?.Abort();
        if (toLog > 0)
            logger.PendingLoginsCutOff(toLog, most, $"{oldest?.RemoteEndPoint}");
        return node;
    }

    /// <summary>Counts a connection that was closed because of the limit. The caller holds the lock.</summary>
    /// <returns>Number of connections closed since the last log line; 0 if another line must not be logged yet.</returns>
    private long CountToLog()
    {
        _cutOff++;
        if (_loggedAt is { } last && clock.GetElapsedTime(last) < _logInterval)
            return 0;
        _loggedAt = clock.GetTimestamp();
        (long count, _cutOff) = (_cutOff, 0);
        return count;
    }

    private void Remove(LinkedListNode<ConnectionContext> node)
    {
        lock (_gate)
        {
            if (node.List is not null)
                _waiting.Remove(node);
        }
    }

    private sealed record PendingLogin(PendingLogins Owner, LinkedListNode<ConnectionContext> Node);
}
