using Amqp.Tests.Support;

namespace Amqp.Tests.Floods;

/// <summary>Unknown clients attack an open port in all possible ways at the same time, while other clients work normally.</summary>
/// <remarks>
/// <c>AMQP_TESTS_FLOOD_SECONDS</c> sets the duration; the default is 6 s. A run with the same <c>AMQP_TESTS_SEED</c> makes the same random
/// attacks.
/// </remarks>
[NonParallelizable] // a flood uses all processors
public sealed class MixedFloodTests
{
    private const int GoodClients = 3;
    private const long MiB = 1 << 20;

    /// <summary>Maximum memory for code that is compiled because of the attacks. The broker keeps this memory after the flood.</summary>
    private const long CodeBytes = 48 * MiB;

    /// <summary>Maximum number of bytes that the broker may log about one attacker in ten seconds: about a hundred lines.</summary>
    private const long LogBytesInTenSeconds = 50 << 10;

    // limit on the wait for a client's next message; the machine may be slow
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    // limit on the time until idle threads have ended and unused memory is returned to the system
    private static readonly TimeSpan _recovery = TimeSpan.FromSeconds(120);

    private readonly int _seed = TestRounds.Seed;
    private readonly TimeSpan _time = TimeSpan.FromSeconds(TestRounds.Number("AMQP_TESTS_FLOOD_SECONDS") ?? 6);

    [Test]
    public async Task Strangers_do_no_harm_to_well_behaved_clients_and_leave_nothing_behind()
    {
        string configuration = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(configuration, "handshake_timeout = 2000\n");
        await using var broker = await BrokerProcess.StartAsync(configFile: configuration);
        File.Delete(configuration);
        var before = await WarmUpAsync(broker);
        Offender[] offenders =
        [
            new ConnectionFlood(broker.Port, _seed),
            new HalfOpenHandshakes(broker.Port, _seed),
            new WrongPasswords(broker.Port, _seed),
            new MutatedSessions(broker.Port, _seed)
        ];
        await using (var crowd = await StartCrowdAsync(broker.Uri))
        {
            using var stop = new CancellationTokenSource(_time);
            Task[] attacks = [.. offenders.Select(offender => offender.RunAsync(stop.Token))];
            Task[] publishing = [.. crowd.Clients.Select(client => client.PublishAsync(stop.Token))];

            while (!stop.IsCancellationRequested)
                await Task.WhenAll(crowd.Clients.Select(client => DemandProgressAsync(client, stop.Token)));
            await Task.WhenAll([.. attacks, .. publishing]).WaitAsync(_patience);

            foreach (var client in crowd.Clients)
                await Eventually.Holds(
                    () => client.Received == client.Confirmed,
                    () => $"of {client.Confirmed} confirmed messages {client.Received} came",
                    _patience);
        }
        await TestContext.Progress.WriteLineAsync(
            $"mixed flood: seed {_seed}, {_time.TotalSeconds} s; {string.Join(", ", offenders.AsEnumerable())}; "
                + $"at the start {before}, at the end {BrokerFootprint.Of(broker.Pid)}, "
                + $"peak {ProcessMemory.PeakBytes(broker.Pid) / MiB} MiB, log {broker.Output.Length / 1024} KiB");

        await GivesBackAsync(broker, before);
        DemandGoodLog(broker.Output, offenders);
        await TestContext.Progress.WriteLineAsync($"mixed flood: later {BrokerFootprint.Of(broker.Pid)}");
    }

    /// <summary>Makes the broker do some work. Returns the resources that it uses afterwards.</summary>
    private static async Task<BrokerFootprint> WarmUpAsync(BrokerProcess broker)
    {
        await using var client = await GoodClient.StartAsync(broker.Uri, "warm-up");
        using var stop = new CancellationTokenSource();
        var publishing = client.PublishAsync(stop.Token);
        await Eventually.Holds(() => client.Received > 500, () => "hardly anything is delivered", _patience);
        await stop.CancelAsync();
        await publishing;
        return BrokerFootprint.Of(broker.Pid);
    }

    private static async Task<Crowd> StartCrowdAsync(Uri uri)
    {
        var crowd = new Crowd([]);
        for (int number = 1; number <= GoodClients; number++)
            crowd.Clients.Add(await GoodClient.StartAsync(uri, $"good.{number}"));
        return crowd;
    }

    /// <summary>
    /// Waits until the client has received another message, or until the token is cancelled and the client publishes no more.
    /// </summary>
    private static async Task DemandProgressAsync(GoodClient client, CancellationToken stop)
    {
        if (client.Failed.IsFaulted)
            await client.Failed;
        long before = client.Received;
        await Eventually.Holds(
            () => client.Received > before || client.Failed.IsFaulted || stop.IsCancellationRequested,
            () => $"nothing comes after {client.Received} messages",
            _patience);
    }

    private static async Task GivesBackAsync(BrokerProcess broker, BrokerFootprint before)
    {
        await Eventually.Holds(
            () => BrokerFootprint.Of(broker.Pid) is var now
                && now.Descriptors <= before.Descriptors + 10
                && now.Threads <= before.Threads + 16
                && now.Resident <= before.Resident + CodeBytes,
            () => $"at the start {before}, and two minutes after the end {BrokerFootprint.Of(broker.Pid)}",
            _recovery);
    }

    private void DemandGoodLog(string log, Offender[] offenders)
    {
        Assert.That(log, Does.Not.Contain("Exception").And.Not.Contain("error of the broker's own").And.Not.Contain("   at "));
        // The broker logs nothing about a client that only connects and disconnects.
        foreach (var offender in offenders.Where(offender => offender is not ConnectionFlood))
            Assert.That(log, Does.Contain($"{offender.Address}"), $"the log does not name {offender}");
        // The broker limits the log lines about each address in ten seconds. One more line tells how many lines were left out.
        Assert.That(log.Length, Is.LessThan(MiB + (_time.TotalSeconds / 10 + 1) * offenders.Length * LogBytesInTenSeconds));
    }

    private sealed record Crowd(List<GoodClient> Clients) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var client in Clients)
                await client.DisposeAsync();
        }
    }
}
