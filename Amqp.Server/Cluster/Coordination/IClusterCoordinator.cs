using Amqp.Storage.Replication;

namespace Amqp.Server.Cluster.Coordination;

/// <summary>The part of a cluster's state that needs consensus: members, the leader with its epoch, and the in-sync set.</summary>
/// <remarks>
/// <para>
/// Every method may be called again after a <see cref="CoordinatorUnavailableException"/>. The outcome of the call that threw is unknown:
/// it may have taken effect, or it may still take effect unless a later call of the same method excludes it.
/// </para>
/// <para>Implementations are thread-safe.</para>
/// </remarks>
internal interface IClusterCoordinator : IAsyncDisposable
{
    /// <summary>Adds a member, or changes its addresses. Members stay until an operator removes them.</summary>
    Task RegisterAsync(ClusterMember member, CancellationToken cancellation);

    /// <summary>Reads the state. The result has every change that was complete before the call.</summary>
    Task<PartitionState> ReadAsync(CancellationToken cancellation);

    /// <summary>Returns the current state, and then each new one. States in quick succession may be skipped, except the last.</summary>
    /// <remarks>While the coordinator is unavailable, the stream waits. It fails if the coordinator refuses to be read.</remarks>
    IAsyncEnumerable<PartitionState> WatchAsync(CancellationToken cancellation);

    /// <summary>
    /// Publishes the position of a candidate while there is no leader. A candidate repeats this until there is one, because the position
    /// disappears one lease after the last call, and so with its node.
    /// </summary>
    /// <returns>False if there is a leader. A new leader removes all positions.</returns>
    Task<bool> PostPositionAsync(string name, ReplicaPosition position, CancellationToken cancellation);

    /// <summary>
    /// Makes a node the leader, unless there is one. Only a node in the in-sync set can lead. If there never was an in-sync set, the
    /// node can lead, and becomes the set.
    /// </summary>
    /// <returns>
    /// Null if the node cannot lead now. After an exception, the key of a leader with this name may exist for one lease; its epoch was
    /// granted to no caller.
    /// </returns>
    Task<Leadership?> TryLeadAsync(string name, CancellationToken cancellation);

    /// <summary>Replaces the in-sync set, if the leadership still holds. One call at a time.</summary>
    /// <remarks>
    /// After an exception, the set is the old or the new one. Until a later call returns true, the leader must treat members of either set
    /// as members: it waits for all of them before it confirms a message.
    /// </remarks>
    /// <returns>False if the leadership has ended.</returns>
    Task<bool> ChangeInSyncSetAsync(Leadership leadership, IReadOnlyCollection<string> names, CancellationToken cancellation);

    /// <summary>
    /// Prolongs the lease. If the result is true, the leadership holds for <see cref="Leadership.Lease"/> from the start of the call,
    /// unless another node deposes the leader.
    /// </summary>
    /// <returns>False if the leadership has ended.</returns>
    Task<bool> RenewAsync(Leadership leadership, CancellationToken cancellation);

    /// <summary>Ends the leadership of an epoch that the caller has observed. Has no effect on the leader of another epoch.</summary>
    Task DeposeAsync(ulong epoch, CancellationToken cancellation);

    /// <summary>Ends a leadership without waiting for its lease.</summary>
    Task ResignAsync(Leadership leadership, CancellationToken cancellation);
}
