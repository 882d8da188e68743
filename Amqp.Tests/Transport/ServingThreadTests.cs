using System.Collections.Concurrent;
using System.Net.Sockets;
using Amqp.Server.Connections;
using Amqp.Storage;
using Amqp.Tests.Faults;

namespace Amqp.Tests.Transport;

/// <summary>Commits that a connection requests on the thread of its loop.</summary>
[Platform("Linux")]
[CancelAfter(60_000)]
public sealed class ServingThreadTests
{
    private const int ManyConnections = 6; // with few connections, requests are not deferred

    private readonly ConcurrentQueue<long> _requested = new();
    private FaultyStore _store = null!;
    private LoopServer _server = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _store = new FaultyStore(new MemoryMessageStore()) { BeforeRequestCommit = _requested.Enqueue };
        _server = await LoopServer.StartAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _server.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Test]
    public async Task Two_channels_that_request_a_commit_in_one_batch_get_the_commit_of_the_higher_position()
    {
        ServingThread? thread = null;
        bool isRequested = false;
        var first = await _server.ServeAsync(connection =>
        {
            thread ??= new ServingThread(connection);
            if (isRequested || thread.MayWait)
                return;
            isRequested = true;
            thread.RequestCommit(_store, position: 20);
            thread.RequestCommit(_store, position: 10);
        });
        var clients = new List<Socket> { first };
        while (clients.Count < ManyConnections)
            clients.Add(await _server.ServeAsync(_ => { }));

        while (_requested.IsEmpty) // the loop counts its connections at the end of a window of time
            await _server.SendTogetherAsync(clients);

        Assert.That(_requested, Has.All.EqualTo(20));
        clients.ForEach(client => client.Dispose());
    }
}
