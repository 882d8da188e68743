using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amqp.Server.Configuration;

namespace Amqp.Server.Cluster.Links;

/// <summary>Accepts the connections of the other nodes of the cluster. Listens from the start of the process to its end.</summary>
/// <param name="options">Options of the cluster.</param>
/// <param name="tls">Authenticates the nodes.</param>
/// <param name="serve">Serves an authenticated connection until it ends: its kind and number, and the connection.</param>
/// <param name="logger">Logs connections that are refused.</param>
internal sealed class ClusterListener(
    ClusterOptions options, ClusterTls tls, Func<LinkKind, byte, NodeConnection, Task> serve, ILogger logger) : IDisposable
{
    /// <summary>Connections that have not authenticated yet. Further ones wait in the system's queue.</summary>
    private const int MostPending = 64;

    private static readonly TimeSpan _handshakeLimit = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _pending = new(MostPending);
    private readonly CancellationTokenSource _end = new();
    private Socket? _socket;

    /// <summary>Port on which the listener listens.</summary>
    public int Port => ((IPEndPoint)_socket!.LocalEndPoint!).Port;

    /// <summary>Listens.</summary>
    /// <exception cref="StartException">The address cannot be bound.</exception>
    public void Start()
    {
        IPEndPoint endPoint = options.Listen;
        if (endPoint.Address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6)
            endPoint = new IPEndPoint(IPAddress.Any, endPoint.Port);
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
                _socket.DualMode = true;
            _socket.Bind(endPoint);
            _socket.Listen();
        }
        catch (SocketException error)
        {
            _socket.Dispose();
            throw new StartException($"Cannot listen on {endPoint}: {error.Message}. Choose another address with cluster.listen.", error);
        }
        _ = AcceptAsync(_socket);
    }

    public void Dispose()
    {
        _end.Cancel();
        _socket?.Dispose();
    }

    private async Task AcceptAsync(Socket listening)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await _pending.WaitAsync(_end.Token);
                _ = ServeAsync(await listening.AcceptAsync(_end.Token));
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                _pending.Release(); // the peer has gone already, or there are too many open files
                await Task.Delay(100);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        string peer = $"{socket.RemoteEndPoint}";
        bool isPending = true;
        try
        {
            socket.NoDelay = true;
            NodeSockets.KeepAlive(socket);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
            limit.CancelAfter(_handshakeLimit);
            Stream stream = await tls.AcceptAsync(new NetworkStream(socket, ownsSocket: true), limit.Token);
            byte[] start = new byte[2];
            await stream.ReadExactlyAsync(start, limit.Token);
            _pending.Release();
            isPending = false;
            using var connection = new NodeConnection(socket, stream);
            await serve((LinkKind)start[0], start[1], connection);
        }
        catch (Exception error)
            when (error is IOException or AuthenticationException or OperationCanceledException or SocketException or ConfigurationException
                or ObjectDisposedException)
        {
            if (isPending && error is not (EndOfStreamException or ObjectDisposedException))
                logger.ClusterConnectionRefused(peer, error.Message);
        }
        finally
        {
            if (isPending)
                _pending.Release();
            socket.Dispose();
        }
    }
}
