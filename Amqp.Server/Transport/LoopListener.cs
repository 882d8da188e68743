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
    // The pause after an accept that failed because the process or the system has no descriptors or no memory left.
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Socket? accepted = null;
            LoopConnection? connection = null;
            try
            {
                accepted = await socket.AcceptAsync(cancellationToken);
                accepted.NoDelay = noDelay;
                connection = new LoopConnection(accepted, loops.Connections, blocks);
                connection.Begin(loops.First());
                return connection;
            }
            catch (Exception closed)
                when (closed is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                await CloseAsync(accepted, connection);
                return null;
            }
            catch (Exception lack)
                when (lack is IOException
                    or SocketException { SocketErrorCode: SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable })
            {
                await CloseAsync(accepted, connection); // Kestrel would accept no more connections after an exception
                await Task.Delay(_pause, cancellationToken);
            }
            catch (SocketException)
            {
                await CloseAsync(accepted, connection); // the client has gone already
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
    public ValueTask DisposeAsync() => UnbindAsync(CancellationToken.None);

    private static async ValueTask CloseAsync(Socket? accepted, LoopConnection? connection)
    {
        if (connection is not null)
            await connection.DisposeAsync();
        accepted?.Dispose();
    }
}
