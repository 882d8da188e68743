using Amqp.Server.Cluster.Coordination;
using Amqp.Server.Cluster.Links;
using Amqp.Server.Configuration;
using Amqp.Storage;
using Amqp.Storage.Replication;

namespace Amqp.Server.Cluster;

/// <summary>
/// A data directory with its leader and its followers, as this node takes part in it: first as a follower, and from its election on as the
/// leader. A cluster has one partition now.
/// </summary>
/// <remarks>
/// <see cref="BecomeLeaderAsync"/> is called once. <see cref="Serve"/> is called by a thread of each follower. The fields are set once,
/// when this node becomes the leader.
/// </remarks>
/// <param name="number">Number of the partition, by which the nodes name it to each other.</param>
/// <param name="dataDirectory">Path of the data directory.</param>
/// <param name="options">Options of the cluster.</param>
/// <param name="coordinator">The coordinator of this partition.</param>
/// <param name="connector">Connects to the other nodes.</param>
/// <param name="logger">Logs changes of the leader and of the in-sync set.</param>
internal sealed class Partition(
    byte number, string dataDirectory, ClusterOptions options, IClusterCoordinator coordinator, NodeConnector connector, ILogger logger)
    : IAsyncDisposable
{
    private readonly ReplicationOptions _limits = new()
    {
        RingSize = options.RingSize,
        ReplicaTimeout = options.ReplicaTimeout,
        CatchUpRate = options.CatchUpRate,
        HeartbeatInterval = options.Lease / 4,
    };

    private FollowerDirectory? _follower; // until this node leads
    private LeaderDirectory? _leader;
    private LeaderGuard? _guard;

    public byte Number => number;

    /// <summary>The directory as the leader's; null before this node leads.</summary>
    public LeaderDirectory? Leader => Volatile.Read(ref _leader);

    /// <summary>Completes with the reason when this node no longer leads.</summary>
    public Task<string> Deposed => _guard?.Deposed ?? throw new InvalidOperationException("this node does not lead");

    /// <summary>The leader that this node follows now; null if there is none or if this node leads.</summary>
    public ClusterMember? Followed { get; private set; }

    /// <summary>Opens the data directory.</summary>
    /// <exception cref="Amqp.Storage.Faults.DataDirectoryException">The data directory cannot be used.</exception>
    public void Open() => _follower = FollowerDirectory.Open(dataDirectory, options.NodeName, _limits);

    /// <summary>Follows the leaders of the partition until this node is the leader. The directory is open.</summary>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The node stops.</exception>
    public async Task BecomeLeaderAsync(CancellationToken stop)
    {
        FollowerDirectory directory = _follower ?? throw new InvalidOperationException("the data directory is not open");
        await using var role = new FollowerRole(this, options.NodeName, directory, options, coordinator, connector, logger)
        {
            Following = leader => Followed = leader,
        };
        Election election = await role.RunAsync(stop);
        var guard = new LeaderGuard(election, options, coordinator, logger);
        var leader = directory.Lead(election.Leadership.Epoch, election.Followers, guard.ChangeInSyncSet);
        leader.MinInSync = options.MinInSync ?? ClusterSize.Majority(election.Members);
        guard.Start(leader);
        _guard = guard;
        Volatile.Write(ref _leader, leader);
        logger.Leads(
            election.Leadership.Epoch, election.Followers.Count > 0 ? string.Join(", ", election.Followers) : "no other node yet");
    }

    /// <summary>Serves a follower until its connection ends. Blocks the thread.</summary>
    /// <exception cref="IOException">This node does not lead, or the connection has ended.</exception>
    public void Serve(NodeConnection follower)
    {
        if (Leader is not { } leader)
            throw new IOException("this node does not lead");
        leader.Serve(follower.Stream);
    }

    /// <summary>Gives the lead up, so that another node takes it at once. Call it when the store is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        _follower?.Dispose();
        Leader?.Dispose();
        if (_guard is not null)
            await _guard.DisposeAsync();
    }
}
