using System.Net;
using System.Net.Sockets;

namespace Amqp.Tests.Support;

/// <summary>Ports for brokers that restart on the same port.</summary>
/// <remarks>
/// The ports are below the range that Linux assigns to clients, because a client could take a port of that range during a restart. Every
/// second block of ports is left free for the listeners whose ports a broker derives from a given port. Thread-safe.
/// </remarks>
internal static class FreePorts
{
    private const int First = 16_000, Last = 32_000;
    private const int Block = 20; // offset of the metrics port from the management port

    private static int _next = Random.Shared.Next(Last - First);

    /// <summary>Returns a port on which no process listens.</summary>
    public static int Next()
    {
        while (true)
        {
            int number = Interlocked.Increment(ref _next) % ((Last - First) / 2);
            int port = First + number / Block * (2 * Block) + number % Block;
            if (IsFree(IPAddress.Loopback, port) && IsFree(IPAddress.IPv6Loopback, port) && IsFree(IPAddress.Loopback, port + Block))
                return port;
        }
    }

    private static bool IsFree(IPAddress address, int port)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6)
            return true;
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.AddressNotAvailable; // an address that does not exist is not in use
        }
    }
}
