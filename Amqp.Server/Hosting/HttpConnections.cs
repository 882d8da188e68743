using System.Net;
using Amqp.Server.Connections;
using Amqp.Server.Logging;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Amqp.Server.Hosting;

/// <summary>The open connections of HTTP listeners. What comes beyond the limit is closed at once, and those that are there notice nothing.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="most">How many may be open; 0 for any number.</param>
/// <param name="connections">Says where lines about an address go.</param>
internal sealed class HttpConnections(int most, ConnectionRegistry connections)
{
    private int _open;

    /// <summary>Counts what comes over a listener from now on.</summary>
    public void Count(ListenOptions listen) => listen.Use(next => connection => OnConnectedAsync(connection, next));

    private async Task OnConnectedAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= most || most == 0)
            {
                await next(connection);
                return;
            }
            var peer = connection.RemoteEndPoint as IPEndPoint;
            connections.LoggerFor(peer?.Address).TooManyHttpConnections($"{peer}", most);
            connection.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
