using System.Net;
using System.Net.Sockets;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Hosting;
using Amqp.Server.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using SocketOptions = Amqp.Server.Configuration.SocketOptions;

namespace Amqp.Tests.Transport;

/// <summary>A transport that listens on a free port of this machine, without a broker.</summary>
internal sealed class LoopServer : IAsyncDisposable
{
    private readonly IConnectionListener _listener;

    private LoopServer(SocketLoops loops, ContainedFaults faults, TransportMemoryPool blocks, IConnectionListener listener) =>
        (Loops, Faults, Blocks, _listener) = (loops, faults, blocks, listener);

    public SocketLoops Loops { get; }

    public ContainedFaults Faults { get; }

    public TransportMemoryPool Blocks { get; }

    public static async Task<LoopServer> StartAsync()
    {
        var faults = new ContainedFaults(NullLogger.Instance, TimeProvider.System);
        var loops = new SocketLoops(faults);
        var blocks = new TransportMemoryPool();
        var transport = new LoopTransport(Bind, loops, blocks, new SocketOptions());
        return new LoopServer(loops, faults, blocks, await transport.BindAsync(new IPEndPoint(IPAddress.Loopback, 0)));
    }

    /// <summary>Connects a client, and accepts its connection.</summary>
    public async Task<(Socket Client, ConnectionContext Connection)> ConnectAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var accepting = _listener.AcceptAsync();
        await client.ConnectAsync(_listener.EndPoint);
        return (client, (await accepting)!);
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        foreach (var connection in Loops.Connections.All)
            await connection.DisposeAsync();
        Loops.Dispose();
    }

    private static Socket Bind(EndPoint endPoint)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(endPoint);
        return socket;
    }
}
