using System.Diagnostics;

namespace Cluster.Load;

/// <summary>All clients of one round.</summary>
internal sealed class RoundLoad : IAsyncDisposable
{
    private const int Publishers = 6;

    private readonly CancellationTokenSource _stopPublishing = new(), _stopConsuming = new();
    private readonly IReadOnlyList<string> _addresses;
    private readonly Random _random;
    private readonly List<Publisher> _publishers = [];
    private readonly Declarer _declarer;
    private Task _publishing = Task.CompletedTask, _consuming = Task.CompletedTask;

    /// <param name="round">Number of the round.</param>
    /// <param name="addresses">Addresses of the nodes.</param>
    /// <param name="random">Random numbers of the round. Used here only, not by the clients.</param>
    public RoundLoad(int round, IReadOnlyList<string> addresses, Random random)
    {
        (_addresses, _random) = (addresses, random);
        _declarer = new Declarer(round, addresses, new Random(random.Next()));
        for (int number = 1; number <= Publishers; number++)
        {
            ClusterClient client = ClientOf($"publisher {number}");
            _publishers.Add(new Publisher(round, number, number is 4 or 5, number == 2, number < 6, client, Ledger, random.Next()));
        }
    }

    public Ledger Ledger { get; } = new();

    /// <summary>Declares the queues, and starts all clients.</summary>
    public async Task StartAsync()
    {
        ClusterClient client = ClientOf("topology");
        await using (ClientConnection connection = await client.ConnectAsync(CancellationToken.None))
        {
            await Topology.DeclareAsync(await connection.OpenChannelAsync());
        }
        Consumer[] consumers = [
            .. new[] { Topology.Work, Topology.Work, Topology.Rejecting }.Select((queue, index) =>
                new Consumer(queue, ClientOf($"consumer {index} of {queue}"), Ledger)),
        ];
        _publishing = Task.WhenAll([
            .. _publishers.Select(publisher => Task.Run(() => publisher.RunAsync(_stopPublishing.Token))),
            Task.Run(() => _declarer.RunAsync(_stopPublishing.Token)),
        ]);
        _consuming = Task.WhenAll(consumers.Select(consumer => Task.Run(() => consumer.RunAsync(_stopConsuming.Token))));
    }

    /// <summary>Waits until each publisher gets a number of confirms.</summary>
    /// <returns>Null, or which publishers got none within the time limit.</returns>
    public async Task<string?> WaitForConfirmsAsync(int count, TimeSpan limit)
    {
        long began = Stopwatch.GetTimestamp();
        Dictionary<Publisher, int> before = _publishers.ToDictionary(one => one, one => Ledger.CountConfirmed(one.Number));
        while (true)
        {
            Publisher[] waiting = [.. _publishers.Where(one => Ledger.CountConfirmed(one.Number) < before[one] + count)];
            if (waiting.Length == 0)
                return null;
            if (Stopwatch.GetElapsedTime(began) > limit)
                return string.Join(", ", waiting.Select(one => one.Number));
            await Task.Delay(20);
        }
    }

    /// <summary>Waits until a number of messages are confirmed in all.</summary>
    /// <returns>Null, or how many are confirmed after the time limit.</returns>
    public async Task<int?> WaitForTotalAsync(int count, TimeSpan limit)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            int confirmed = _publishers.Sum(one => Ledger.CountConfirmed(one.Number));
            if (confirmed >= count)
                return null;
            if (Stopwatch.GetElapsedTime(began) > limit)
                return confirmed;
            await Task.Delay(20);
        }
    }

    /// <summary>Ends the clients, empties the queues and compares.</summary>
    /// <returns>What the cluster did wrong, and figures for the report.</returns>
    public async Task<(IReadOnlyList<string> Violations, string Figures)> CheckAsync()
    {
        var limit = TimeSpan.FromSeconds(30);
        await _stopPublishing.CancelAsync();
        await _publishing.WaitAsync(limit);
        await _stopConsuming.CancelAsync();
        await _consuming.WaitAsync(limit);
        long drained = Stopwatch.GetTimestamp();
        using var stop = new CancellationTokenSource(limit);
        // The queue of dead letters comes last, because the others may still fill it.
        using var api = new ManagementClient();
        foreach (string queue in Topology.Queues)
            await new Consumer(queue, ClientOf($"drain {queue}"), Ledger).DrainAsync(api, stop.Token);
        var checker = new Checker(Ledger, drained);
        IReadOnlyList<string> violations = [.. checker.Check(), .. await _declarer.CheckAsync()];
        int confirmed = Ledger.Sent.Values.Count(one => one.Outcome == Outcome.Confirmed);
        return (violations,
            $"{Ledger.Sent.Count} sent, {confirmed} confirmed, {Ledger.Received.Count} received, {Ledger.Settled.Count} settled, "
                + $"{checker.CountUnmarked()} again without a mark, {_declarer.CountAnswered} definitions");
    }

    public async ValueTask DisposeAsync()
    {
        await _stopPublishing.CancelAsync();
        await _stopConsuming.CancelAsync();
        _declarer.Dispose();
    }

    private ClusterClient ClientOf(string name) => new(name, _addresses, new Random(_random.Next()));
}
