namespace Amqp.Storage.Replication;

/// <summary>Names of the files in a data directory that describe this node only. They are not replicated.</summary>
internal static class ReplicaFiles
{
    /// <summary>Name of the node to which the directory belongs.</summary>
    public const string Node = "node";

    /// <summary>Written by the <see cref="DiskProbe"/>.</summary>
    public const string Probe = "probe";
}
