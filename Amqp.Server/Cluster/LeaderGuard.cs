using System.Diagnostics;
using Amqp.Server.Cluster.Coordination;
using Amqp.Server.Cluster.Links;
using Amqp.Server.Configuration;
using Amqp.Storage;

namespace Amqp.Server.Cluster;

/// <summary>Renews the lease of a leader, and says when it has to stop: before another node can lead.</summary>
/// <remarks>
/// A leader whose disk does not answer renews nothing. One that does not reach the coordinator goes on as long as its whole in-sync set
/// answers, because only members of the set can lead, and they do not stand while they hear their leader.
/// <para>A thread of its own watches the time, because the thread pool may be busy.</para>
/// </remarks>
internal sealed class LeaderGuard : IAsyncDisposable
{
    /// <summary>Share of the lease after which the leader stops. The rest is for different clocks, and to close the clients.</summary>
    private const double FenceShare = 0.7;

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);

    private readonly Leadership _leadership;
    private readonly ClusterOptions _options;
    private readonly IClusterCoordinator _coordinator;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource<string> _deposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LeaderDirectory? _leader;
    private long _renewed; // when the last renewal that succeeded began, as a timestamp
    private Task _renewing = Task.CompletedTask;
    private bool _isCoordinatorSilent; // used by the renewals, which follow one another

    /// <param name="election">The election that made the node the leader.</param>
    /// <param name="options">Options of the cluster.</param>
    /// <param name="coordinator">The coordinator.</param>
    /// <param name="logger">Logs changes of the in-sync set.</param>
    public LeaderGuard(Election election, ClusterOptions options, IClusterCoordinator coordinator, ILogger logger)
    {
        (_leadership, _renewed, _options, _coordinator, _logger) = (election.Leadership, election.Renewed, options, coordinator, logger);
    }

    /// <summary>Completes with the reason when the node no longer leads.</summary>
    public Task<string> Deposed => _deposed.Task;

    /// <summary>Begins to renew the lease.</summary>
    public void Start(LeaderDirectory leader)
    {
        _leader = leader;
        new Thread(Watch) { IsBackground = true, Name = "Leader guard" }.Start();
        if (_options.MinInSync is null)
            _ = FollowMembersAsync(leader);
    }

    /// <summary>Makes the coordinator change the in-sync set.</summary>
    /// <param name="followers">Names of the followers in the set.</param>
    /// <exception cref="IOException">The coordinator does not answer, or this node no longer leads.</exception>
    public void ChangeInSyncSet(IReadOnlyCollection<string> followers)
    {
        string[] nodes = [_leadership.Name, .. followers.Order(StringComparer.Ordinal)];
        if (!Change(nodes))
        {
            Depose("another node has taken its place");
            throw new IOException("this node no longer leads");
        }
        _logger.InSyncSetChanged(string.Join(", ", nodes));
    }

    private bool Change(string[] nodes)
    {
        try
        {
            return _coordinator.ChangeInSyncSetAsync(_leadership, nodes, _end.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException canceled)
        {
            throw new IOException("this node stops", canceled);
        }
    }

    /// <summary>Gives the lead up.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        try
        {
            await _renewing;
            if (!_deposed.Task.IsCompleted)
                await _coordinator.ResignAsync(_leadership, CancellationToken.None);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The lease ends by itself.
        }
        _deposed.TrySetCanceled();
    }

    private void Watch()
    {
        while (!_end.Token.WaitHandle.WaitOne(_look) && !_deposed.Task.IsCompleted)
        {
            bool doesDiskAnswer = _leader!.DiskSilence < _options.ReplicaTimeout;
            long renewed = Volatile.Read(ref _renewed), fence = (long)(_options.Lease.TotalSeconds * FenceShare * Stopwatch.Frequency);
            if (doesDiskAnswer && _renewing.IsCompleted && Stopwatch.GetElapsedTime(renewed) > _options.Lease / 6)
                _renewing = RenewAsync();
            long oldest = Stopwatch.GetTimestamp() - fence;
            if (renewed >= oldest)
                continue;
            if (!doesDiskAnswer)
                Depose("its disk does not answer");
            else if (!_leader.HaveAllAnsweredSince(oldest))
                Depose("it reaches neither the coordinator nor all nodes in sync");
        }
    }

    private async Task RenewAsync()
    {
        long began = Stopwatch.GetTimestamp();
        try
        {
            if (await _coordinator.RenewAsync(_leadership, _end.Token))
            {
                Volatile.Write(ref _renewed, began);
                _isCoordinatorSilent = false;
            }
            else
            {
                Depose("its lease has ended");
            }
        }
        catch (IOException error)
        {
            if (!_isCoordinatorSilent)
                _logger.CoordinatorSilent(error.Message);
            _isCoordinatorSilent = true;
            await Task.Delay(_options.Lease / 8);
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    /// <summary>Demands a majority of the members in sync.</summary>
    private async Task FollowMembersAsync(LeaderDirectory leader)
    {
        try
        {
            await foreach (PartitionState state in _coordinator.WatchAsync(_end.Token))
                leader.MinInSync = ClusterSize.Majority(state.Members.Count);
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
        catch (IOException error)
        {
            _logger.CoordinatorSilent(error.Message);
        }
    }

    private void Depose(string reason) => _deposed.TrySetResult(reason);
}
