using System.Diagnostics;
using System.Net.Sockets;
using Amqp.Server.Transport;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Tests.Transport;

/// <summary>How many threads serve the connections.</summary>
[Platform("Linux")]
[CancelAfter(120_000)]
public sealed class SocketLoopsTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);
    private LoopServer _server = null!;

    [SetUp]
    public async Task Start() => _server = await LoopServer.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task One_thread_serves_connections_that_say_little()
    {
        using var talks = new Talks(_server, TimeSpan.Zero);
        for (int i = 0; i < 4; i++)
            await talks.BeginAsync();

        for (int i = 0; i < 30; i++)
        {
            await talks.SayAsync();
            await Task.Delay(5); // the clients pause
        }

        Assert.That(_server.Loops.Running, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_thread_that_cannot_do_the_work_gets_help_and_gets_the_connections_back_when_it_can()
    {
        Assume.That(Environment.ProcessorCount, Is.GreaterThan(1), "there is one thread for each processor");
        using var talks = new Talks(_server, TimeSpan.FromMilliseconds(5));
        for (int i = 0; i < 4; i++)
            await talks.BeginAsync();

        var watch = Stopwatch.StartNew();
        while (!IsShared() && watch.Elapsed < _limit)
            await talks.SayAsync();
        Assert.That(IsShared());

        talks.Work = TimeSpan.Zero;
        watch.Restart();
        while (IsShared() && watch.Elapsed < _limit)
        {
            await talks.SayAsync();
            await Task.Delay(5); // the clients pause
        }
        Assert.That(IsShared(), Is.False);
    }

    [Test]
    public async Task Connections_that_come_and_go_while_others_talk_take_nothing_from_them()
    {
        using var talks = new Talks(_server, TimeSpan.Zero);
        await talks.BeginAsync();
        var random = new Random(1);

        for (int i = 0; i < 2_000; i++)
        {
            var (client, connection) = await _server.ConnectAsync();
            Task read = connection.Transport.Input.ReadAsync().AsTask();
            await client.SendAsync(new byte[random.Next(1, 10)]);
            if (random.Next(2) == 0)
                client.LingerState = new LingerOption(enable: true, seconds: 0);
            if (random.Next(2) == 0)
                client.Close();
            if (random.Next(2) == 0)
                connection.Abort();
            await connection.DisposeAsync();
            client.Dispose();
            await read.WaitAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.That(read.IsCompleted);
            await talks.SayAsync();
        }

        Assert.That(_server.Loops.Connections.All.Count(), Is.EqualTo(1));
    }

    private bool IsShared() => _server.Loops.Connections.All.Select(connection => connection.Loop).Distinct().Count() > 1;

    /// <summary>Clients that send an octet and wait for the answer. The thread that serves them works for some time on each.</summary>
    private sealed class Talks(LoopServer server, TimeSpan work) : IDisposable
    {
        private readonly List<Socket> _clients = [];

        public TimeSpan Work { get; set; } = work;

        public async Task BeginAsync()
        {
            var (client, connection) = await server.ConnectAsync();
            _clients.Add(client);
            _ = Task.Run(() => AnswerAsync(connection)); // without the context of the test, so that the loop's thread does the work
        }

        /// <summary>Lets all clients say something at the same time.</summary>
        public async Task SayAsync() => await Task.WhenAll(_clients.Select(async client =>
        {
            await client.SendAsync(new byte[1]);
            int received = await client.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromSeconds(30));
            Assert.That(received, Is.EqualTo(1));
        }));

        public void Dispose() => _clients.ForEach(client => client.Dispose());

        private async Task AnswerAsync(ConnectionContext connection)
        {
            while (true)
            {
                var result = await connection.Transport.Input.ReadAsync();
                connection.Transport.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    return;
                var watch = Stopwatch.StartNew();
                while (watch.Elapsed < Work)
                    Thread.SpinWait(100);
                await connection.Features.Get<LoopConnection>()!.DirectOutput.SendAsync(new byte[1]);
            }
        }
    }
}
