using Microsoft.AspNetCore.Connections;

namespace Amqp.Server.Connections;

/// <summary>Connections that have not come as far as connection.open-ok. Beyond the limit the one that has waited longest is cut off.</summary>
/// <remarks>
/// Thread-safe. A client that knows what it wants is through within milliseconds; who keeps many sockets open and says nothing
/// loses them first, and keeps nobody out.
/// </remarks>
/// <param name="most">How many may wait; 0 for any number.</param>
/// <param name="clock">Says when to log.</param>
/// <param name="logger">Hears of the limit, now and then.</param>
internal sealed class PendingLogins(int most, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan _logInterval = TimeSpan.FromSeconds(10);

    private readonly LinkedList<ConnectionContext> _waiting = []; // the oldest first
    private readonly Lock _gate = new();
    private long? _loggedAt;
    private long _cutOff;

    /// <summary>How many wait now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    /// <summary>Carries a connection, which waits until <see cref="NoteOpened"/> or its end.</summary>
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

    /// <summary>The client has logged in.</summary>
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

    /// <summary>How many were cut off since this was last logged, when it is time to log it again. Under the lock.</summary>
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
