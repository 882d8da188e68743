using System.Diagnostics;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Durability;

/// <summary>
/// The broker is killed (SIGKILL) again and again under load, on one data folder, and must keep every promise each time.
/// The only time waited for rather than an event is the moment of a kill, which is random and seeded:
/// set <c>AMQP_TESTS_SEED</c> to repeat a run, <c>AMQP_TESTS_CRASHES</c> for another number of crashes than 20.
/// </summary>
public sealed class CrashTests
{
    private const int Publishers = 3;
    private const long DrainedBytes = 8 << 20;
    private const int RoundsStuck = 7; // so long messages stay that hardly anybody consumes

    // So small that files of the log fill up, get their index, let messages leave memory, are folded, compacted and go within a round.
    private const string Settings = """
        store.segment_size = 1MiB
        store.block_size = 64KiB
        store.resident_memory = 1MiB
        store.max_messages_in_memory = 500
        """;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90); // a client that is in the middle of a call when the broker dies may wait twice for the answer, 20 s each

    // RabbitMQ.Client 7.1 overlooks the end of a stream that ends within a frame, and turns on the piece it has until more than two
    // heartbeats in a row were missed: with the broker's 60 s that is three minutes and more after a kill in the middle of a delivery.
    // Four of these must be less than the 20 s of a call: one that gives up on an open connection counts as a fault.
    private static readonly TimeSpan _heartbeatUnderLoad = TimeSpan.FromSeconds(4);

    private readonly int _seed = TestRounds.Seed;
    private readonly int _crashes = TestRounds.Number("AMQP_TESTS_CRASHES") ?? 20;
    private readonly CrashLedger _ledger = new();
    private readonly CrashTopology _topology = new();
    private readonly List<string> _faults = [];
    private readonly string _configuration = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private BrokerProcess _broker = null!;
    private long _seen;
    private int _compacted; // segments
    private int _roundsWithCompaction;

    [OneTimeSetUp]
    public async Task CrashAgainAndAgainAsync()
    {
        var random = new Random(_seed);
        await TestContext.Progress.WriteLineAsync($"crash tests: seed {_seed}");
        CrashPublisher[] publishers = [.. Enumerable.Range(1, Publishers).Select(number => new CrashPublisher(number, _ledger, _topology, new Random(random.Next())))];
        CrashConsumer[] consumers = [new(_topology.Direct, _ledger, new Random(random.Next())), new(_topology.Consumed, _ledger, new Random(random.Next()))];
        CrashRequeuer[] requeuers = [new(_topology.Far, _ledger, new Random(random.Next())), new(_topology.Purged, _ledger, new Random(random.Next()))];
        var churn = new CrashChurn(Publishers + 1, _ledger, _topology, new Random(random.Next()));

        await File.WriteAllTextAsync(_configuration, Settings);
        var broker = _broker = await BrokerProcess.StartAsync(configFile: _configuration);
        await using (var connection = await ConnectAsync(broker))
            await _topology.DeclareAsync(connection, _ledger);
        long largest = 0;
        using var compactions = new CompactionWatch(broker.DataDirectory);
        for (int round = 1; round <= _crashes && _faults.Count == 0; round++)
        {
            await CrashUnderLoadAsync(broker, round, publishers, consumers, requeuers, churn, random.Next(20, 700));
            largest = Math.Max(largest, BytesIn(broker.DataDirectory));
            if (round % 3 == 0)
                await CrashWhileStartingAsync(broker, random.Next(600));
            await broker.RestartAsync();
            await InspectAsync(broker, round, queue => round == _crashes || (queue == _topology.Stuck ? round % RoundsStuck == 0 : random.Next(3) == 0));
            int compacted = compactions.Take();
            _compacted += compacted;
            _roundsWithCompaction += compacted > 0 ? 1 : 0;
        }
        await TestContext.Progress.WriteLineAsync(
            $"crash tests: {_crashes} crashes, {_ledger.Confirmed:N0} messages confirmed, {_seen:N0} looked at after a crash, at most {largest >> 20} MiB on disk, {_compacted:N0} segments compacted in {_roundsWithCompaction} rounds");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        File.Delete(_configuration);
    }

    [Test, Order(1)]
    public void Every_promise_is_kept_over_twenty_crashes_under_load() =>
        Assert.That(_faults.Take(20), Is.Empty, $"seed {_seed}; the broker printed:\n{_broker.Output}");

    [Test, Order(2)]
    public void Segments_were_compacted_in_most_rounds()
    {
        Assume.That(_faults, Is.Empty, "the rounds ended early");

        Assert.That(_roundsWithCompaction, Is.GreaterThan(_crashes / 2), $"{_compacted} segments were compacted; seed {_seed}");
    }

    [Test, Order(3)]
    public async Task The_disk_is_given_back_when_everything_was_consumed()
    {
        Assume.That(_faults, Is.Empty, "the queues were not drained");

        await Eventually.Holds(
            () => BytesIn(_broker.DataDirectory) < DrainedBytes,
            () => $"{BytesIn(_broker.DataDirectory) >> 20} MiB are left in the data folder; seed {_seed}");
    }

    private static async Task CrashUnderLoadAsync(
        BrokerProcess broker, int round, CrashPublisher[] publishers, CrashConsumer[] consumers, CrashRequeuer[] requeuers, CrashChurn churn, int milliseconds)
    {
        var connections = new List<IConnection>();
        var confirmed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            LoadTask[] load = [.. (await OpenAsync()).Select(start => start())];
            await Task.WhenAny([confirmed.Task, .. load.Select(task => task.Work)]).WaitAsync(_patience);

            await Task.Delay(milliseconds); // the random moment
            broker.Kill();

            await LoadTasks.AllEnd(load, _patience);
        }
        finally
        {
            foreach (var connection in connections)
                await connection.DisposeAsync();
        }

        // All channels are open before anything starts: the kill may come in the middle of anything but that.
        async Task<IReadOnlyList<Func<LoadTask>>> OpenAsync()
        {
            var starts = new List<Func<LoadTask>>();
            foreach (var publisher in publishers)
                starts.Add(await OnChannelAsync(publisher.ToString(), CrashPublisher.Options, channel => publisher.RunAsync(channel, () => confirmed.TrySetResult())));
            foreach (var consumer in consumers)
                starts.Add(await OnChannelAsync(consumer.ToString(), null, consumer.RunAsync));
            foreach (var requeuer in requeuers)
            {
                var connection = await ConnectUnderLoadAsync();
                starts.Add(() => new LoadTask(requeuer.ToString(), connection, requeuer.RunAsync(connection)));
            }
            starts.Add(await OnChannelAsync(churn.ToString(), CrashChurn.Options, channel => churn.RunAsync(channel, round)));
            await CrashChurn.PrepareAsync(connections[^1], round);
            return starts;
        }

        async Task<Func<LoadTask>> OnChannelAsync(string name, CreateChannelOptions? options, Func<IChannel, Task> run)
        {
            var connection = await ConnectUnderLoadAsync();
            var channel = await connection.CreateChannelAsync(options);
            return () => new LoadTask(name, connection, run(channel));
        }

        async Task<IConnection> ConnectUnderLoadAsync()
        {
            connections.Add(await ConnectAsync(broker, _heartbeatUnderLoad));
            return connections[^1];
        }
    }

    /// <summary>Kills a broker that is still reading what the last crash left, or has just done so.</summary>
    private static async Task CrashWhileStartingAsync(BrokerProcess broker, int milliseconds)
    {
        int before = broker.Pid;
        var starting = broker.RestartAsync();
        await Eventually.Holds(() => broker.Pid != before, () => "the broker did not start");
        await Task.Delay(milliseconds); // a random moment, too
        try
        {
            using var process = Process.GetProcessById(broker.Pid);
            process.Kill();
            await starting;
        }
        catch (InvalidOperationException)
        {
            // It was dead before it listened.
        }
        broker.Kill(); // waits until it is gone
    }

    private async Task InspectAsync(BrokerProcess broker, int round, Func<QueueLedger, bool> drain)
    {
        await using var connection = await ConnectAsync(broker);
        var inspection = new CrashInspection(connection, _ledger);
        foreach (var queue in _ledger.Queues)
        {
            bool isChurned = queue.MayHoldUnknown;
            await inspection.InspectAsync(queue, isChurned || drain(queue));
            if (!isChurned || !_ledger.Queues.Contains(queue))
                continue;
            await using var channel = await connection.CreateChannelAsync();
            await channel.QueueDeleteAsync(queue.Name);
            _ledger.Remove(queue);
        }
        foreach (string name in _ledger.TakeDeleted())
            await inspection.DemandGoneAsync("queue", name, channel => channel.QueueDeclarePassiveAsync(name));
        string transient = CrashChurn.TransientName(round);
        await inspection.DemandGoneAsync("transient queue", transient, channel => channel.QueueDeclarePassiveAsync(transient));
        await inspection.DemandGoneAsync("transient exchange", transient, channel => channel.ExchangeDeclarePassiveAsync(transient));
        string durable = CrashChurn.ExchangeName(round);
        await inspection.DemandThereAsync("durable exchange", durable, channel => channel.ExchangeDeclarePassiveAsync(durable));
        _seen += inspection.Seen;
        _faults.AddRange(inspection.Faults.Select(fault => $"crash {round}: {fault}"));
    }

    private static Task<IConnection> ConnectAsync(BrokerProcess broker, TimeSpan? heartbeat = null) =>
        new ConnectionFactory
        {
            Uri = broker.Uri,
            AutomaticRecoveryEnabled = false,
            RequestedHeartbeat = heartbeat ?? ConnectionFactory.DefaultHeartbeat,
        }.CreateConnectionAsync();

    private static long BytesIn(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0);
}
