using System.Net;
using System.Net.Sockets;

namespace Amqp.Tests.Support;

/// <summary>Returns free ports. A port stays free while the broker that uses it restarts. Thread-safe.</summary>
/// <remarks>
/// All ports are below the range from which Linux assigns ports to clients. Every second block of ports stays unused, because a broker
/// derives its metrics port from another port.
/// </remarks>
internal static class FreePorts
{
    private const int First = 16_000, Last = 32_000;
    private const int Block = 20; // a broker's metrics port is its management port plus 20

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
            // If this machine does not have the address, no process can listen on it, so the port counts as free.
            return error.SocketErrorCode == SocketError.AddressNotAvailable;
        }
    }
}
