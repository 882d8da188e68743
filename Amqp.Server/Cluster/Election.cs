using Amqp.Server.Cluster.Coordination;

namespace Amqp.Server.Cluster;

/// <summary>The outcome of an election, for the node that has become the leader.</summary>
/// <param name="Leadership">The right to lead.</param>
/// <param name="Followers">The other nodes in the in-sync set.</param>
/// <param name="Renewed">When the lease was last renewed, as a timestamp of this machine. It runs from then.</param>
/// <param name="Members">Number of members of the cluster.</param>
internal sealed record Election(Leadership Leadership, IReadOnlyList<string> Followers, long Renewed, int Members);
