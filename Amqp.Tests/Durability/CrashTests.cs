using System.Diagnostics;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Durability;

/// <summary>
/// Kills the broker (SIGKILL) again and again under load. Everything that the broker has confirmed must survive the kills.
/// </summary>
/// <remarks>
/// <c>AMQP_TESTS_CRASHES</c> sets the number of crashes; the default is 20. A run with the same <c>AMQP_TESTS_SEED</c> makes the same
/// random choices.
/// </remarks>
public sealed class CrashTests
{
    private const long DrainedBytes = 8 << 20;
    private const int RoundsStuck = 7; // the test takes the messages from the queue CrashTopology.Stuck in every seventh round

    // Small sizes, so that each round fills, indexes, compacts and deletes segments of the log, and removes queue entries from memory.
    private const string Settings = """
        store.segment_size = 1MiB
        store.block_size = 64KiB
        store.resident_memory = 1MiB
        store.max_messages_in_memory = 500
        """;

    private readonly int _seed = TestRounds.Seed;
    private readonly int _crashes = TestRounds.Number("AMQP_TESTS_CRASHES") ?? 20;
    private readonly CrashLedger _ledger = new();
    private readonly CrashTopology _topology = new();
    private readonly WandererLedger _dying = new("dead letters", mayRepeat: false);
    private readonly WandererLedger _delayed = new("delayed messages", mayRepeat: true);
    private readonly PolicyChanger _policies = new();
    private readonly List<string> _faults = [];
    private readonly string _configuration = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private BrokerProcess _broker = null!;
    private long _seen;
    private int _compacted; // number of segments that were compacted so far
    private int _roundsWithCompaction;

    [OneTimeSetUp]
    public async Task CrashAgainAndAgainAsync()
    {
        var random = new Random(_seed);
        await TestContext.Progress.WriteLineAsync($"crash tests: seed {_seed}");
        var load = new CrashLoad(_ledger, _topology, _dying, _delayed, _policies, random);

        await File.WriteAllTextAsync(_configuration, Settings);
        var broker = _broker = await BrokerProcess.StartAsync(configFile: _configuration);
        await using (var connection = await ConnectAsync(broker))
            await _topology.DeclareAsync(connection, _ledger);
        await _policies.PrepareAsync(broker);
        long largest = 0;
        using var compactions = new CompactionWatch(broker.DataDirectory);
        for (int round = 1; round <= _crashes && _faults.Count == 0; round++)
        {
            await load.KillUnderItAsync(broker, round, random.Next(20, 700));
            largest = Math.Max(largest, BytesIn(broker.DataDirectory));
            if (round % 3 == 0)
                await CrashWhileStartingAsync(broker, random.Next(600));
            await broker.RestartAsync();
            await InspectWanderersAsync(broker, round, drain: round == _crashes || random.Next(3) == 0);
            await InspectAsync(
                broker, round, queue => round == _crashes || (queue == _topology.Stuck ? round % RoundsStuck == 0 : random.Next(3) == 0));
            int compacted = compactions.Take();
            _compacted += compacted;
            _roundsWithCompaction += compacted > 0 ? 1 : 0;
        }
        await TestContext.Progress.WriteLineAsync(
            $"crash tests: {_crashes} crashes, {_ledger.Confirmed:N0} messages confirmed, {_dying.Confirmed:N0} that "
                + $"die, {_delayed.Confirmed:N0} delayed, {_seen:N0} looked at after a crash, at most {largest >> 20} "
                + $"MiB on disk, {_compacted:N0} segments compacted in {_roundsWithCompaction} rounds");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        File.Delete(_configuration);
    }

    [Test]
    public void Every_promise_is_kept_over_twenty_crashes_under_load() =>
        Assert.That(_faults.Take(20), Is.Empty, $"seed {_seed}; the broker printed:\n{_broker.Output}");

    [Test]
    public void Segments_were_compacted_in_most_rounds()
    {
        Assume.That(_faults, Is.Empty, "the rounds ended early");

        Assert.That(_roundsWithCompaction, Is.GreaterThan(_crashes / 2), $"{_compacted} segments were compacted; seed {_seed}");
    }

    [Test]
    public async Task The_disk_is_given_back_when_everything_was_consumed()
    {
        Assume.That(_faults, Is.Empty, "the queues were not drained");

        await Eventually.Holds(
            () => BytesIn(_broker.DataDirectory) < DrainedBytes,
            () => $"{BytesIn(_broker.DataDirectory) >> 20} MiB are left in the data directory; seed {_seed}");
    }

    /// <summary>Starts the broker, and kills it after this time, during or soon after its recovery.</summary>
    private static async Task CrashWhileStartingAsync(BrokerProcess broker, int milliseconds)
    {
        int before = broker.Pid;
        var starting = broker.RestartAsync();
        await Eventually.Holds(() => broker.Pid != before, () => "the broker did not start");
        await Task.Delay(milliseconds); // makes the moment of this kill random
        try
        {
            using var process = Process.GetProcessById(broker.Pid);
            process.Kill();
            await starting;
        }
        catch (InvalidOperationException)
        {
            // The broker was killed before it listened for clients.
        }
        broker.Kill(); // returns when the process has ended
    }

    /// <summary>Checks the messages that move between queues (dead letters and delayed messages), and the policies.</summary>
    private async Task InspectWanderersAsync(BrokerProcess broker, int round, bool drain)
    {
        await using var connection = await ConnectAsync(broker);
        var dying = new WandererInspection(_dying, drain);
        var delayed = new WandererInspection(_delayed, drain);
        await dying.BeginAsync(connection, DyingTopology.Queues);
        await delayed.BeginAsync(connection, DelayedTopology.Queue);
        var policyFaults = await _policies.InspectAsync(broker);
        bool isLast = round == _crashes;
        var (delayedFaults, delayedSeen) = await delayed.EndAsync(isLast);
        var (dyingFaults, dyingSeen) = await dying.EndAsync(isLast);
        _seen += delayedSeen + dyingSeen;
        _faults.AddRange(policyFaults.Concat(delayedFaults).Concat(dyingFaults).Select(fault => $"crash {round}: {fault}"));
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

    private static Task<IConnection> ConnectAsync(BrokerProcess broker) =>
        new ConnectionFactory { Uri = broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    private static long BytesIn(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0);
}
