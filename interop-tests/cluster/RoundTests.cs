using System.Diagnostics;
using System.Globalization;
using Amqp.Tests.Support;
using Cluster.Faults;
using Cluster.Load;
using Cluster.Nodes;

namespace Cluster;

/// <summary>Rounds of load with random faults. After each one, what clients were told is compared with what is there.</summary>
/// <remarks>
/// <c>AMQP_TESTS_ROUNDS</c> is the number of rounds, <c>AMQP_TESTS_SEED</c> the seed. With <c>AMQP_TESTS_ALL_ROUNDS=1</c> the rounds go on
/// after one that has failed. Clocks do not jump: that needs libfaketime, and all times of the protocol are of the monotonic clock.
/// </remarks>
[NonParallelizable]
public class RoundTests
{
    private const int LeastConfirmed = 1000;

    /// <summary>Time after the last fault until all publishers must get confirms again.</summary>
    private static readonly TimeSpan _healLimit = TimeSpan.FromSeconds(15);

    /// <summary>Tests of a machine whose processors have a long queue take longer.</summary>
    private const double BusyMachine = 4;

    private static readonly TimeSpan _syncLimit = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Nothing_confirmed_is_lost_by_faults()
    {
        int seed = TestRounds.Seed, rounds = TestRounds.Count(10), first = TestRounds.Number("AMQP_TESTS_FIRST_ROUND") ?? 1;
        await TestContext.Progress.WriteLineAsync($"seed {seed}");
        var failed = new List<string>();
        ClusterUnderTest? cluster = null;
        try
        {
            for (int round = first; round < first + rounds; round++)
            {
                cluster ??= await ClusterUnderTest.StartAsync();
                string? report = await RunAsync(cluster, seed, round);
                if (report is null)
                    continue;
                failed.Add(report);
                if (Environment.GetEnvironmentVariable("AMQP_TESTS_ALL_ROUNDS") != "1")
                    break;
                await cluster.DisposeAsync();
                cluster = null;
            }
        }
        finally
        {
            if (cluster is not null)
                await cluster.DisposeAsync();
        }
        Assert.That(failed, Is.Empty, string.Join("\n", failed));
    }

    /// <summary>Runs a round. Returns what went wrong, with the plan; null if nothing did.</summary>
    private static async Task<string?> RunAsync(ClusterUnderTest cluster, int seed, int round)
    {
        long began = Stopwatch.GetTimestamp();
        var random = new Random(HashCode(seed, round));
        IReadOnlyList<PlannedFault> plan = FaultPlan.Make(random, cluster.Disks.Count > 0);
        var run = new FaultRun(cluster);
        var violations = new List<string>();
        string figures = "";
        try
        {
            await using var load = new RoundLoad(round, [.. cluster.Brokers.Select(broker => broker.Address)], random);
            await load.StartAsync();
            await run.RunAsync(plan);
            run.Note("all healed");
            TimeSpan limit = IsMachineBusy() ? 2 * _healLimit : _healLimit;
            long healed = Stopwatch.GetTimestamp();
            if (await load.WaitForConfirmsAsync(50, limit) is { } waiting)
                violations.Add($"{limit.TotalSeconds} s after the last fault, publishers without confirms: {waiting}");
            string recovery = string.Create(
                CultureInfo.InvariantCulture, $"served {Stopwatch.GetElapsedTime(healed).TotalSeconds:0.0} s after the last fault");
            run.Note("all publishers get confirms");
            if (await load.WaitForTotalAsync(LeastConfirmed, limit) is { } confirmed)
                violations.Add($"only {confirmed} messages were confirmed");
            AddEnded(cluster, violations);
            if (await cluster.WaitForSyncAsync(_syncLimit) is { } state)
                violations.Add($"not all brokers in sync {_syncLimit.TotalSeconds} s later: {state}");
            run.Note("all in sync");
            (IReadOnlyList<string> found, figures) = await load.CheckAsync();
            figures = $"{recovery}, {figures}";
            violations.AddRange(found);
        }
        catch (Exception error) when (error is not ResultStateException)
        {
            violations.Add($"the round could not be ended: {error}");
        }
        string time = Stopwatch.GetElapsedTime(began).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        await TestContext.Progress.WriteLineAsync(
            $"round {round}: {time} s, {(violations.Count == 0 ? "passed" : "FAILED")}; {figures}; "
                + string.Join(", ", plan.Select(one => one.Kind)));
        if (violations.Count == 0)
            return null;
        string report = $"seed {seed}, round {round}:\n  {string.Join("\n  ", violations)}\nfaults:\n  {string.Join("\n  ", run.Record)}";
        await TestContext.Progress.WriteLineAsync(report);
        return $"{report}\nlogs: {await cluster.SaveAsync($"{seed}-{round}", report)}";
    }

    /// <summary>Adds the nodes that have ended by themselves, and starts them again.</summary>
    private static void AddEnded(ClusterUnderTest cluster, List<string> violations)
    {
        foreach (NodeProcess node in cluster.Brokers.Concat(cluster.Etcd).Where(node => !node.IsRunning))
        {
            violations.Add($"the process of {node.Name} has ended with {node.ExitCode}");
            node.Start();
        }
    }

    private static bool IsMachineBusy()
    {
        string load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return double.Parse(load, CultureInfo.InvariantCulture) > BusyMachine * Environment.ProcessorCount;
    }

    /// <summary>The same for the same numbers in each process, unlike <see cref="System.HashCode"/>.</summary>
    private static int HashCode(int seed, int round) => unchecked(seed * 1_000_003 + round);
}
