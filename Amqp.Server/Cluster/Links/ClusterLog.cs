namespace Amqp.Server.Cluster.Links;

/// <summary>Log lines of a member of a cluster.</summary>
internal static partial class ClusterLog
{
    [LoggerMessage(901, LogLevel.Information, "Node {Node} of the cluster {Cluster} starts as a follower, data in {DataDirectory}")]
    public static partial void MemberStarts(this ILogger logger, string node, string cluster, string dataDirectory);

    [LoggerMessage(902, LogLevel.Information, "Node {Leader} leads in epoch {Epoch}; this node follows")]
    public static partial void Follows(this ILogger logger, string leader, ulong epoch);

    [LoggerMessage(903, LogLevel.Warning, "The link to the leader {Leader} has ended: {Reason}")]
    public static partial void LeaderLinkEnded(this ILogger logger, string leader, string reason);

    [LoggerMessage(904, LogLevel.Warning, "The leader {Leader} of epoch {Epoch} refuses connections, so its place is free")]
    public static partial void LeaderGone(this ILogger logger, string leader, ulong epoch);

    [LoggerMessage(905, LogLevel.Information, "This node leads in epoch {Epoch}, in sync with {Followers}")]
    public static partial void Leads(this ILogger logger, ulong epoch, string followers);

    [LoggerMessage(906, LogLevel.Information, "The in-sync set is now {Nodes}")]
    public static partial void InSyncSetChanged(this ILogger logger, string nodes);

    [LoggerMessage(907, LogLevel.Error, "This node no longer leads: {Reason}. It closes its clients and starts again as a follower")]
    public static partial void NoLongerLeads(this ILogger logger, string reason);

    [LoggerMessage(908, LogLevel.Information, "The link to the follower {EndPoint} has ended: {Reason}")]
    public static partial void FollowerLinkEnded(this ILogger logger, string endPoint, string reason);

    [LoggerMessage(909, LogLevel.Warning, "A connection of {EndPoint} to the port of the cluster is refused: {Reason}")]
    public static partial void ClusterConnectionRefused(this ILogger logger, string endPoint, string reason);

    [LoggerMessage(910, LogLevel.Warning, "The coordinator does not answer: {Reason}")]
    public static partial void CoordinatorSilent(this ILogger logger, string reason);

    [LoggerMessage(911, LogLevel.Warning, "This node has not all data, so it cannot lead; it waits for a leader")]
    public static partial void CannotLead(this ILogger logger);
}
