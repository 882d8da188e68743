namespace Amqp.Storage.Replication;

/// <summary>Limits of a leader that replicates its data directory.</summary>
public sealed record ReplicationOptions
{
    /// <summary>Bytes of recent operations that are kept in memory for followers. Default: 64 MiB.</summary>
    public int RingSize { get; init; } = 64 << 20;

    /// <summary>
    /// Number of brokers, with the leader, that must have an operation on their disks before it counts as durable. Default: 1.
    /// </summary>
    public int MinInSync { get; init; } = 1;

    /// <summary>Time after which a replica that has not answered leaves the in-sync set. Default: 3 s.</summary>
    public TimeSpan ReplicaTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Time between the heartbeats of a leader to its followers. Default: 500 ms.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Bytes per second at which files are copied to a follower that lacks them; null for no limit.</summary>
    public long? CatchUpRate { get; init; }
}
