using System.Diagnostics;
using System.Globalization;
using Cluster.Nodes;

namespace Cluster.Faults;

/// <summary>Makes the faults of a plan at their times, and keeps a record of what was done when.</summary>
internal sealed class FaultRun(ClusterUnderTest cluster)
{
    private readonly List<string> _record = []; // guarded by a lock on this object
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly HashSet<string> _active = []; // names of faults; guarded by a lock on _record
    private NodeProcess _lastLeader = cluster.Brokers[0];

    /// <summary>What was done, with times.</summary>
    public IReadOnlyList<string> Record
    {
        get
        {
            lock (_record)
                return [.. _record];
        }
    }

    /// <summary>Runs the plan. Returns when all faults are healed.</summary>
    public Task RunAsync(IEnumerable<PlannedFault> plan) => Task.WhenAll(plan.Select(RunAsync));

    public void Note(string text)
    {
        lock (_record)
        {
            string clock = DateTime.Now.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture); // as in the logs of the nodes
            double seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds;
            _record.Add(string.Create(CultureInfo.InvariantCulture, $"{clock} {seconds,6:0.000} s  {text}"));
        }
    }

    private async Task RunAsync(PlannedFault planned)
    {
        TimeSpan wait = planned.Begin - Stopwatch.GetElapsedTime(_began);
        await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        if (await cluster.LeaderAsync() is { } leader)
            _lastLeader = leader;
        Fault fault = FaultPlan.Build(planned, cluster, _lastLeader);
        lock (_record)
        {
            // The same fault twice at once would be ended twice.
            if (!_active.Add(fault.Name))
                return;
        }
        Note($"begin: {fault.Name} (leader: {_lastLeader.Name})");
        await fault.BeginAsync();
        await Task.Delay(planned.Duration);
        await fault.HealAsync();
        Note($"end:   {fault.Name}");
        lock (_record)
            _active.Remove(fault.Name);
    }
}
