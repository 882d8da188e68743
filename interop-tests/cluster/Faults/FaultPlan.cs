using Cluster.Nodes;

namespace Cluster.Faults;

/// <summary>One fault of a plan.</summary>
/// <param name="Kind">Index in the list of kinds.</param>
/// <param name="Begin">Time from the begin of the round.</param>
/// <param name="Duration">Time until the fault is healed.</param>
/// <param name="OfLeader">True if the broker is the one that leads when the fault begins, otherwise a follower.</param>
/// <param name="Choice">Chooses among the followers, members of etcd, directions and so on.</param>
internal sealed record PlannedFault(FaultKind Kind, TimeSpan Begin, TimeSpan Duration, bool OfLeader, int Choice);

internal enum FaultKind
{
    Kill,
    Freeze,
    CutFromBrokers,
    CutFromOneBroker,
    CutFromEtcd,
    CutFromAll,
    LosePackets,
    SlowNetwork,
    KillEtcd,
    FreezeEtcd,
    StallDisk,
    FillDisk,
}

/// <summary>The faults of a round. The same random numbers give the same plan.</summary>
internal static class FaultPlan
{
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan _shortest = TimeSpan.FromSeconds(0.6), _longest = TimeSpan.FromSeconds(4);

    /// <summary>Returns two to four faults. At most one is of etcd, which serves as long as a majority of its members do.</summary>
    /// <param name="random">The random numbers.</param>
    /// <param name="hasDisks">False if the disks of the brokers cannot fail.</param>
    public static IReadOnlyList<PlannedFault> Make(Random random, bool hasDisks)
    {
        FaultKind[] kinds = [.. Kinds().Where(kind => hasDisks || kind is not (FaultKind.StallDisk or FaultKind.FillDisk))];
        var plan = new List<PlannedFault>();
        int count = random.Next(2, 5);
        while (plan.Count < count)
        {
            FaultKind kind = random.Next(4) == 0 ? kinds[0] : kinds[random.Next(kinds.Length)]; // the first is the most common one
            var fault = new PlannedFault(
                kind, random.NextDouble() * _window, _shortest + random.NextDouble() * (_longest - _shortest), random.Next(3) > 0,
                random.Next(1000));
            if (!IsOfEtcd(kind) || !plan.Exists(other => IsOfEtcd(other.Kind)))
                plan.Add(fault);
        }
        return [.. plan.OrderBy(fault => fault.Begin)];
    }

    /// <summary>Makes a planned fault for the nodes as they are now.</summary>
    /// <param name="planned">The plan.</param>
    /// <param name="cluster">The nodes.</param>
    /// <param name="leader">The broker that leads, or has led last.</param>
    public static Fault Build(PlannedFault planned, ClusterUnderTest cluster, NodeProcess leader)
    {
        NodeProcess[] followers = [.. cluster.Brokers.Where(broker => broker != leader)];
        NodeProcess broker = planned.OfLeader ? leader : followers[planned.Choice % followers.Length];
        NodeProcess[] others = [.. cluster.Brokers.Where(one => one != broker)];
        NodeProcess member = cluster.Etcd[planned.Choice % cluster.Etcd.Count];
        var direction = (CutDirection)(planned.Choice / 10 % 3);
        string[] etcd = [.. cluster.Etcd.Select(one => one.Address)], brokers = [.. others.Select(one => one.Address)];
        return planned.Kind switch
        {
            FaultKind.Kill => new KillFault(broker),
            FaultKind.Freeze => new FreezeFault(broker),
            FaultKind.CutFromBrokers => new CutFault(broker, "the other brokers", brokers, direction),
            FaultKind.CutFromOneBroker => new CutFault(
                broker, others[planned.Choice % 2].Name, [others[planned.Choice % 2].Address], direction),
            FaultKind.CutFromEtcd => new CutFault(broker, "etcd", etcd, direction),
            FaultKind.CutFromAll => new CutFault(broker, "everything", ["10.77.0.0/16"], direction),
            FaultKind.LosePackets => new CutFault(broker, "everything", ["10.77.0.0/16"], direction, 5 + planned.Choice % 25),
            FaultKind.SlowNetwork => new SlowFault(broker),
            FaultKind.KillEtcd => new KillFault(member),
            FaultKind.FreezeEtcd => new FreezeFault(member),
            FaultKind.StallDisk => new StallFault(broker, cluster.Disks[broker.Name]),
            FaultKind.FillDisk => new FullDiskFault(broker, cluster.Disks[broker.Name]),
            _ => throw new ArgumentOutOfRangeException(nameof(planned), planned.Kind, "unknown kind"),
        };
    }

    /// <summary>The kinds that <c>AMQP_TESTS_FAULTS</c> names, separated by commas, or all.</summary>
    private static FaultKind[] Kinds() => Environment.GetEnvironmentVariable("AMQP_TESTS_FAULTS") is { Length: > 0 } names
        ? [.. names.Split(',').Select(Enum.Parse<FaultKind>)]
        : Enum.GetValues<FaultKind>();

    private static bool IsOfEtcd(FaultKind kind) => kind is FaultKind.KillEtcd or FaultKind.FreezeEtcd;
}
