using System.Net;
using System.Net.Sockets;

namespace Amqp.Tests.Support;

/// <summary>Makes pairs of streams: what is written to one is read from the other.</summary>
internal static class StreamPair
{
    public static (Stream One, Stream Other) Connect()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var one = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        one.Connect(listener.LocalEndPoint!);
        var other = listener.Accept();
        other.NoDelay = true;
        return (new NetworkStream(one, ownsSocket: true), new NetworkStream(other, ownsSocket: true));
    }
}
