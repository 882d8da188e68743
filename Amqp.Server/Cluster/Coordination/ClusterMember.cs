namespace Amqp.Server.Cluster.Coordination;

/// <summary>A node of the cluster, and the addresses at which it is reached.</summary>
/// <param name="Name">Name of the node.</param>
/// <param name="Replication">Host and port for replicas.</param>
/// <param name="Amqp">Host and port for clients.</param>
/// <param name="Amqps">Host and port for clients that use TLS; null for none.</param>
/// <param name="Management">Address of the HTTP API.</param>
internal sealed record ClusterMember(string Name, string Replication, string Amqp, string? Amqps, string Management);
