using System.Net;
using Amqp.Server.Connections;
using Amqp.Server.Logging;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Amqp.Server.Hosting;

/// <summary>Limits the number of open connections to HTTP listeners. Closes connections above the limit at once. Thread-safe.</summary>
/// <param name="most">Largest number of open connections; 0 for no limit.</param>
/// <param name="connections">Provides the logger for an address.</param>
internal sealed class HttpConnections(int most, ConnectionRegistry connections)
{
    private int _open;

    /// <summary>Adds a listener. Its connections count towards the limit.</summary>
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
