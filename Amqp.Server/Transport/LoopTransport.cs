using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using SocketOptions = Amqp.Server.Configuration.SocketOptions;

namespace Amqp.Server.Transport;

/// <summary>The transport for AMQP over TCP without TLS, on Linux. Kestrel's own transport serves all other listeners.</summary>
/// <remarks>
/// For a single message, Kestrel's transport makes a system call that finds nothing, and wakes up a thread for each socket. See
/// docs/performance.md for the figures. Not thread-safe: Kestrel binds the addresses one by one.
/// </remarks>
/// <param name="bind">Creates and binds the socket for an address.</param>
/// <param name="loops">Serve the connections.</param>
/// <param name="blocks">Source of the memory for received octets.</param>
/// <param name="options">The options of the sockets.</param>
internal sealed class LoopTransport(Func<EndPoint, Socket> bind, SocketLoops loops, MemoryPool<byte> blocks, SocketOptions options)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly HashSet<EndPoint> _endPoints = new(ReferenceEqualityComparer.Instance);

    /// <summary>Makes this transport listen on an address. Call before Kestrel binds the address.</summary>
    public void Serve(EndPoint endPoint)
    {
        if (OperatingSystem.IsLinux())
            _endPoints.Add(endPoint);
    }

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => _endPoints.Contains(endpoint);

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = bind(endpoint);
        socket.Listen(options.Backlog);
        return new ValueTask<IConnectionListener>(new LoopListener(socket, loops, blocks, options.NoDelay));
    }
}
