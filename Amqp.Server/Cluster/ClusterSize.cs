namespace Amqp.Server.Cluster;

/// <summary>Numbers of nodes that are enough for a decision.</summary>
internal static class ClusterSize
{
    /// <summary>Returns the smallest number of nodes that is more than half of the members.</summary>
    public static int Majority(int members) => members / 2 + 1;
}
