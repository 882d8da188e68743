using System.Net;
using System.Net.Sockets;

namespace Amqp.Tests.Support;

/// <summary>Ports for brokers that come back on the same one: from below those that Linux gives to clients, any of which may take a port while its broker is away.</summary>
/// <remarks>Thread-safe. Blocks of ports in between are left to what brokers listen on beside a port that they are given.</remarks>
internal static class FreePorts
{
    private const int First = 16_000, Last = 32_000;
    private const int Block = 20; // metrics are so far above the management port

    private static int _next = Random.Shared.Next(Last - First);

    /// <summary>A port that nobody listens on.</summary>
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
            return error.SocketErrorCode == SocketError.AddressNotAvailable; // no such address, so nobody has it
        }
    }
}
