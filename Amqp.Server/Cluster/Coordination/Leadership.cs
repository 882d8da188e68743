namespace Amqp.Server.Cluster.Coordination;

/// <summary>The right of a node to lead, while its lease is renewed.</summary>
/// <param name="Name">Name of the node.</param>
/// <param name="Epoch">Number of the leadership. A later leadership has a higher epoch.</param>
/// <param name="Lease">Duration of the lease. It first runs from the start of the call that granted the leadership.</param>
/// <param name="LeaseId">Number of the lease.</param>
internal sealed record Leadership(string Name, ulong Epoch, TimeSpan Lease, long LeaseId);
