using System.Collections.Concurrent;
using System.Net.Sockets;
using Amqp.Server.Transport;

namespace Amqp.Tests.Transport;

/// <summary>Work that a loop does after it has served all ready sockets.</summary>
[Platform("Linux")]
[CancelAfter(60_000)]
public sealed class DeferredWorkTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);
    private readonly ConcurrentQueue<string> _log = new();
    private LoopServer _server = null!;

    [SetUp]
    public async Task Start() => _server = await LoopServer.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task It_is_done_after_all_sockets_that_were_ready_together()
    {
        using var entered = new ManualResetEventSlim();
        using var mayGoOn = new ManualResetEventSlim();
        using var gate = await ServeAsync(_ =>
        {
            entered.Set();
            mayGoOn.Wait(_limit);
        });
        var served = new List<bool>();
        var all = new TaskCompletionSource();
        var clients = new List<Socket>();
        for (int i = 0; i < 3; i++)
        {
            clients.Add(await ServeAsync(loop =>
            {
                _log.Enqueue("socket");
                served.Add(loop.TryDefer(new Work(() => _log.Enqueue("work"))));
                if (served.Count == 3)
                    all.SetResult();
            }));
        }

        await gate.SendAsync(new byte[1]);
        Assert.That(entered.Wait(_limit));
        foreach (var client in clients)
            await client.SendAsync(new byte[1]);
        mayGoOn.Set();
        await all.Task.WaitAsync(_limit);
        await _server.Loops.First().RespondAsync().WaitAsync(_limit);

        // With the last ready socket, there is nothing to wait for.
        Assert.That(served, Is.EqualTo(new[] { true, true, false }));
        Assert.That(_log, Is.EqualTo(new[] { "socket", "socket", "socket", "work", "work" }));
        clients.ForEach(client => client.Dispose());
    }

    [Test]
    public async Task An_exception_in_it_does_not_stop_the_loop()
    {
        var answered = new TaskCompletionSource();
        using var mayGoOn = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        using var gate = await ServeAsync(_ =>
        {
            entered.Set();
            mayGoOn.Wait(_limit);
        });
        using var first = await ServeAsync(loop => loop.TryDefer(new Work(() => throw new InvalidOperationException("a fault"))));
        using var second = await ServeAsync(loop => loop.TryDefer(new Work(answered.SetResult)));
        using var third = await ServeAsync(_ => { });

        await gate.SendAsync(new byte[1]);
        Assert.That(entered.Wait(_limit));
        foreach (var client in new[] { first, second, third })
            await client.SendAsync(new byte[1]);
        mayGoOn.Set();

        await answered.Task.WaitAsync(_limit);
        await _server.Loops.First().RespondAsync().WaitAsync(_limit);
        Assert.That(_server.Faults.Total, Is.EqualTo(1));
    }

    [Test]
    public async Task Other_threads_do_their_work_themselves()
    {
        using var client = await ServeAsync(_ => { });

        Assert.That(_server.Loops.First().TryDefer(new Work(() => { })), Is.False);
    }

    /// <summary>Connects a client. The action runs on the loop's thread whenever the client sends something.</summary>
    private async Task<Socket> ServeAsync(Action<SocketLoop> action)
    {
        var (client, connection) = await _server.ConnectAsync();
        // Without the context of the test, so that the loop's thread does the work.
        _ = Task.Run(async () =>
        {
            var input = connection.Transport.Input;
            while (await input.ReadAsync() is { IsCompleted: false } result)
            {
                input.AdvanceTo(result.Buffer.End);
                action(((LoopConnection)connection).Loop!);
            }
        });
        return client;
    }

    private sealed class Work(Action action) : IDeferredWork
    {
        public void Run() => action();
    }
}
