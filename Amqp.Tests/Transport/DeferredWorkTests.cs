using System.Collections.Concurrent;
using System.Net.Sockets;
using Amqp.Server.Transport;

namespace Amqp.Tests.Transport;

/// <summary>Work that a loop does after it has served all ready sockets.</summary>
[Platform("Linux")]
[CancelAfter(60_000)]
public sealed class DeferredWorkTests
{
    private readonly ConcurrentQueue<string> _log = new();
    private LoopServer _server = null!;

    [SetUp]
    public async Task Start() => _server = await LoopServer.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task It_is_done_after_all_sockets_that_were_ready_together()
    {
        var clients = new List<Socket>();
        for (int i = 0; i < 3; i++)
        {
            clients.Add(await _server.ServeAsync(connection =>
            {
                _log.Enqueue("socket");
                connection.Loop!.TryDefer(new Work(() => _log.Enqueue("work")));
            }));
        }

        await _server.SendTogetherAsync(clients);

        Assert.That(_log, Is.EqualTo(new[] { "socket", "socket", "socket", "work", "work", "work" }));
        clients.ForEach(client => client.Dispose());
    }

    [Test]
    public async Task An_exception_in_it_does_not_stop_the_loop()
    {
        var done = new TaskCompletionSource();
        using var first = await _server.ServeAsync(
            connection => connection.Loop!.TryDefer(new Work(() => throw new InvalidOperationException("a fault"))));
        using var second = await _server.ServeAsync(connection => connection.Loop!.TryDefer(new Work(done.SetResult)));
        using var third = await _server.ServeAsync(_ => { });

        await _server.SendTogetherAsync(first, second, third);

        Assert.That(done.Task.IsCompletedSuccessfully);
        Assert.That(_server.Faults.Total, Is.EqualTo(1));
    }

    [Test]
    public async Task Other_threads_do_their_work_themselves()
    {
        using var client = await _server.ServeAsync(_ => { });

        Assert.That(_server.Loops.First().TryDefer(new Work(() => { })), Is.False);
    }

    private sealed class Work(Action action) : IDeferredWork
    {
        public void Run() => action();
    }
}
