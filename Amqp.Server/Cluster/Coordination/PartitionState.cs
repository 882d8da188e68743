using Amqp.Storage.Replication;

namespace Amqp.Server.Cluster.Coordination;

/// <summary>The state of a partition at one moment.</summary>
/// <param name="Leader">The leader; null if there is none.</param>
/// <param name="InSync">The in-sync set; null if there never was one.</param>
/// <param name="Members">All members of the cluster, by name.</param>
/// <param name="Positions">Positions that candidates have posted since the last leader, by name.</param>
/// <param name="Revision">Revision of the state. A later state has a higher revision.</param>
internal sealed record PartitionState(
    PartitionLeader? Leader,
    InSyncSet? InSync,
    IReadOnlyDictionary<string, ClusterMember> Members,
    IReadOnlyDictionary<string, ReplicaPosition> Positions,
    ulong Revision);

/// <summary>The leader of a partition.</summary>
/// <param name="Name">Name of its node.</param>
/// <param name="Epoch">Number of the leadership. A later leadership has a higher epoch, even of the same node.</param>
internal sealed record PartitionLeader(string Name, ulong Epoch);

/// <summary>The nodes that have every confirmed message, and so the only ones that may lead.</summary>
/// <param name="Names">Names of the nodes.</param>
/// <param name="Revision">Revision at which the set was written.</param>
internal sealed record InSyncSet(IReadOnlyCollection<string> Names, ulong Revision);
