using System.Net.Sockets;

namespace Amqp.Server.Cluster.Links;

/// <summary>Connects this node to other nodes of the cluster.</summary>
internal sealed class NodeConnector(ClusterTls tls)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(2);

    /// <summary>Connects to a node, and tells it the purpose of the connection.</summary>
    /// <param name="address">Host and port of the node.</param>
    /// <param name="kind">Purpose of the connection.</param>
    /// <param name="number">Number of the partition, or of the kind of client.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="IOException">The node does not answer, or is no member of the cluster.</exception>
    /// <exception cref="SocketException">The node cannot be reached.</exception>
    public async Task<NodeConnection> ConnectAsync(string address, LinkKind kind, byte number, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_limit);
        (string host, int port) = NodeAddress.Split(address);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, limit.Token);
            NodeSockets.KeepAlive(socket);
            Stream stream = await tls.ConnectAsync(new NetworkStream(socket, ownsSocket: true), host, limit.Token);
            await stream.WriteAsync(new[] { (byte)kind, number }, limit.Token);
            await stream.FlushAsync(limit.Token);
            return new NodeConnection(socket, stream);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new IOException($"{address} does not answer");
        }
        catch (System.Security.Authentication.AuthenticationException error)
        {
            socket.Dispose();
            throw new IOException($"{address} is no member of the cluster: {error.Message}", error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A connection to another node.</summary>
/// <param name="Socket">The socket.</param>
/// <param name="Stream">The stream over it, with TLS unless the nodes trust their network.</param>
internal sealed record NodeConnection(Socket Socket, Stream Stream) : IDisposable
{
    /// <summary>Closes the socket first, because the stream would wait for its peer.</summary>
    public void Dispose()
    {
        Socket.Dispose();
        Stream.Dispose();
    }
}
