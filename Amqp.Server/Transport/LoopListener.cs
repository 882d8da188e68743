using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Server.Transport;

/// <summary>Accepts the connections of one listening socket.</summary>
/// <param name="socket">A socket that listens. The listener owns it.</param>
/// <param name="loops">Serve the connections.</param>
/// <param name="blocks">Source of the memory for received octets.</param>
/// <param name="noDelay">True to send small packets at once: TCP_NODELAY.</param>
internal sealed class LoopListener(Socket socket, SocketLoops loops, MemoryPool<byte> blocks, bool noDelay) : IConnectionListener
{
    // The pause after an accept that failed because the process or the system has no descriptor left.
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Socket? accepted = null;
            try
            {
                accepted = await socket.AcceptAsync(cancellationToken);
                accepted.NoDelay = noDelay;
                var connection = new LoopConnection(accepted, loops.Connections, blocks);
                connection.Begin(loops.First());
                return connection;
            }
            catch (Exception closed)
                when (closed is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                accepted?.Dispose();
                return null;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.TooManyOpenSockets)
            {
                await Task.Delay(_pause, cancellationToken);
            }
            catch (SocketException)
            {
                accepted?.Dispose(); // the client has gone already
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
