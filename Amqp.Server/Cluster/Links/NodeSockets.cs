using System.Net.Sockets;

namespace Amqp.Server.Cluster.Links;

/// <summary>Options of the sockets between nodes.</summary>
internal static class NodeSockets
{
    /// <summary>Ends a connection whose other machine is gone, even if nothing is sent: a copy of files has no heartbeats.</summary>
    public static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 3);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }
}
