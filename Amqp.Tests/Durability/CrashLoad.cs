using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Durability;

/// <summary>Runs all clients that load a broker until it is killed.</summary>
internal sealed class CrashLoad
{
    private const int SpreadPublishers = 3;
    // number of the first publisher that does not use the fanout exchange
    private const int OthersFrom = SpreadPublishers + 1;

    // A client whose call is interrupted by the kill may wait for two replies, 20 s for each.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    // RabbitMQ.Client 7.1 may notice the kill only by missing heartbeats: after 16 s, because the interval is 4 s. Calls time out later,
    // after 20 s. If a call timed out first, the test would report a fault.
    private static readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(4);

    private readonly CrashPublisher[] _spreadPublishers;
    private readonly CrashPublisher[] _otherPublishers;
    private readonly CrashConsumer[] _consumers;
    private readonly DyingConsumer[] _dyingConsumers;
    private readonly CrashRequeuer[] _requeuers;
    private readonly CrashChurn _churn;
    private readonly PolicyChanger _policies;

    public CrashLoad(
        CrashLedger ledger, CrashTopology topology, WandererLedger dying, WandererLedger delayed, PolicyChanger policies, Random random)
    {
        _policies = policies;
        _spreadPublishers =
            [.. Enumerable.Range(1, SpreadPublishers).Select(number => new SpreadPublisher(number, ledger, topology, Fork()))];
        _consumers =
            [new(topology.Direct, ledger, Fork()), new(topology.Consumed, ledger, Fork()), new(topology.Prioritized, ledger, Fork())];
        _requeuers = [new(topology.Far, ledger, Fork()), new(topology.Purged, ledger, Fork())];
        _churn = new CrashChurn(OthersFrom, ledger, topology, Fork());
        _otherPublishers =
        [
            new DyingPublisher(OthersFrom + 1, dying, Fork()), new DelayedPublisher(OthersFrom + 2, delayed, Fork()),
            new PriorityPublisher(OthersFrom + 3, ledger, topology, Fork()),
        ];
        _dyingConsumers =
        [
            new(DyingTopology.Rejected, acknowledged: 10, rejected: 80, dying, Fork()),
            new(DyingTopology.Limited, acknowledged: 5, rejected: 5, dying, Fork()),
            new(DyingTopology.Letters, acknowledged: 40, rejected: 0, dying, Fork()),
        ];

        Random Fork() => new(random.Next());
    }

    /// <summary>Runs all clients, and kills the broker while they are working.</summary>
    public async Task KillUnderItAsync(BrokerProcess broker, int round, int milliseconds)
    {
        var connections = new List<IConnection>();
        var confirmed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            LoadTask[] load = [.. (await OpenAsync()).Select(start => start())];
            await Task.WhenAny([confirmed.Task, .. load.Select(task => task.Work)]).WaitAsync(_patience);

            await Task.Delay(milliseconds); // makes the moment of the kill random
            broker.Kill();

            await LoadTasks.AllEnd(load, _patience);
        }
        finally
        {
            foreach (var connection in connections)
                await connection.DisposeAsync();
        }

        // All channels are opened before any work starts, so that the kill cannot interrupt the opening of a channel.
        async Task<IReadOnlyList<Func<LoadTask>>> OpenAsync()
        {
            var starts = new List<Func<LoadTask>>();
            foreach (var publisher in _spreadPublishers)
                starts.Add(await OnChannelAsync(await ConnectAsync(), publisher.ToString(), CrashPublisher.Options, channel =>
                    publisher.RunAsync(channel, () => confirmed.TrySetResult())));
            foreach (var consumer in _consumers)
                starts.Add(await OnChannelAsync(await ConnectAsync(), consumer.ToString(), null, consumer.RunAsync));
            foreach (var requeuer in _requeuers)
            {
                var connection = await ConnectAsync();
                starts.Add(() => new LoadTask(requeuer.ToString(), connection, requeuer.RunAsync(connection)));
            }
            var others = await ConnectAsync();
            foreach (var publisher in _otherPublishers)
                starts.Add(await OnChannelAsync(
                    others, publisher.ToString(), CrashPublisher.Options, channel => publisher.RunAsync(channel, () => { })));
            foreach (var consumer in _dyingConsumers)
                starts.Add(await OnChannelAsync(others, consumer.ToString(), null, consumer.RunAsync));
            starts.Add(() => new LoadTask(_policies.ToString(), others, _policies.RunAsync(broker)));
            starts.Add(await OnChannelAsync(
                await ConnectAsync(), _churn.ToString(), CrashChurn.Options, channel => _churn.RunAsync(channel, round)));
            await CrashChurn.PrepareAsync(connections[^1], round);
            return starts;
        }

        async Task<Func<LoadTask>> OnChannelAsync(
            IConnection connection, string name, CreateChannelOptions? options, Func<IChannel, Task> run)
        {
            var channel = await connection.CreateChannelAsync(options);
            return () => new LoadTask(name, connection, run(channel));
        }

        async Task<IConnection> ConnectAsync()
        {
            var factory = new ConnectionFactory { Uri = broker.Uri, AutomaticRecoveryEnabled = false, RequestedHeartbeat = _heartbeat };
            connections.Add(await factory.CreateConnectionAsync());
            return connections[^1];
        }
    }
}
