using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Amqp.Server.Cluster.Coordination;
using Amqp.Server.Cluster.Links;
using Amqp.Server.Configuration;
using Amqp.Server.Hosting;
using Amqp.Server.Hosting.Proxy;

namespace Amqp.Server.Cluster.Clients;

/// <summary>Accepts the clients of a follower, and passes their octets to the leader and back.</summary>
/// <remarks>The octets are not read, so a client that begins TLS speaks it with the leader.</remarks>
/// <param name="options">Configuration with the addresses for clients.</param>
/// <param name="leader">Returns the leader; null if there is none.</param>
/// <param name="connector">Connects to the leader.</param>
internal sealed class ClientFront(BrokerOptions options, Func<ClusterMember?> leader, NodeConnector connector) : IAsyncDisposable
{
    /// <summary>Time that a client waits for a leader. Then its connection is closed, and the client tries another node.</summary>
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);

    private const int BufferSize = 32 << 10;

    private readonly ListenSockets _sockets = new(options.Sockets);
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _accepting = [];

    /// <summary>Listens on all addresses for clients.</summary>
    /// <exception cref="StartException">An address cannot be bound.</exception>
    public void Start()
    {
        foreach ((byte number, IPEndPoint endPoint) in ClientKinds.ListenersOf(options))
        {
            Socket socket = _sockets.Bind(endPoint);
            socket.Listen(options.Sockets.Backlog);
            _accepting.Add(AcceptAsync(number, socket));
        }
    }

    /// <summary>Closes the listeners and all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _sockets.Close();
        await Task.WhenAll(_accepting);
    }

    private async Task AcceptAsync(byte number, Socket listening)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                _ = PassAsync(number, await listening.AcceptAsync(_end.Token));
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                if (_end.IsCancellationRequested)
                    return;
                await Task.Delay(_look); // the peer has gone already, or there are too many open files
            }
        }
    }

    private async Task PassAsync(byte number, Socket accepted)
    {
        using Socket client = accepted;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        try
        {
            client.NoDelay = options.Sockets.NoDelay;
            using NodeConnection connection = await ConnectAsync(number, end.Token);
            byte[] header = ProxyHeader.Write((IPEndPoint)client.RemoteEndPoint!, (IPEndPoint)client.LocalEndPoint!);
            await connection.Stream.WriteAsync(header, end.Token);
            await using var stream = new NetworkStream(client);
            Task there = CopyAsync(stream, connection.Stream, end.Token), back = CopyAsync(connection.Stream, stream, end.Token);
            await Task.WhenAny(there, back);
            await end.CancelAsync();
            await Task.WhenAll(there, back);
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One of the two has gone, and so the other one's connection is closed.
        }
    }

    private async Task<NodeConnection> ConnectAsync(byte number, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_longestWait);
        while (true)
        {
            if (leader() is { } member)
            {
                try
                {
                    return await connector.ConnectAsync(member.Replication, LinkKind.Client, number, limit.Token);
                }
                catch (Exception error) when (error is IOException or SocketException)
                {
                    // Another node may lead soon.
                }
            }
            await Task.Delay(_look, limit.Token);
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellation)
    {
        while (true)
        {
            _ = await from.ReadAsync(Memory<byte>.Empty, cancellation); // an idle connection needs no buffer
            byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            try
            {
                int count = await from.ReadAsync(buffer, cancellation);
                if (count == 0)
                    return;
                await to.WriteAsync(buffer.AsMemory(0, count), cancellation);
                await to.FlushAsync(cancellation);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
