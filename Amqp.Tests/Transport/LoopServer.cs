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
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

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

    /// <summary>Connects a client. The action runs on the loop's thread whenever the client sends something.</summary>
    public async Task<Socket> ServeAsync(Action<LoopConnection> action)
    {
        var (client, connection) = await ConnectAsync();
        // Without the context of the test, so that the loop's thread runs the action.
        _ = Task.Run(async () =>
        {
            var input = connection.Transport.Input;
            while (await input.ReadAsync() is { IsCompleted: false } result)
            {
                input.AdvanceTo(result.Buffer.End);
                action((LoopConnection)connection);
            }
        });
        return client;
    }

    /// <summary>
    /// Sends an octet from each client while the loop is busy with another connection, so that the loop finds all sockets ready, in this
    /// order. Returns when the loop has served them, and has done their deferred work.
    /// </summary>
    public async Task SendTogetherAsync(params IEnumerable<Socket> clients)
    {
        var isBusy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var mayContinue = new ManualResetEventSlim();
        using var gate = await ServeAsync(_ =>
        {
            isBusy.SetResult();
            mayContinue.Wait(_limit);
        });
        await gate.SendAsync(new byte[1]);
        await isBusy.Task.WaitAsync(_limit);
        foreach (var client in clients)
            await client.SendAsync(new byte[1]);
        mayContinue.Set();
        await Loops.First().RespondAsync().WaitAsync(_limit);
        await Loops.First().RespondAsync().WaitAsync(_limit); // the work that was deferred has been done, too
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
