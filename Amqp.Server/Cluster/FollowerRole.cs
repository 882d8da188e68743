using System.Diagnostics;
using Amqp.Server.Cluster.Coordination;
using Amqp.Server.Cluster.Links;
using Amqp.Server.Configuration;
using Amqp.Storage;

namespace Amqp.Server.Cluster;

/// <summary>Follows the leader of a partition, and stands for election when there is none. Used once, by one task.</summary>
/// <remarks>
/// A node that still hears its leader does not stand, even if the leader's key has gone: a leader that is cut off from the coordinator
/// only goes on. It stops before its followers stand, because it counts the time from when it has sent what they answered.
/// </remarks>
internal sealed class FollowerRole(
    Partition partition, string name, FollowerDirectory directory, ClusterOptions options, IClusterCoordinator coordinator,
    NodeConnector connector, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan _shortPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _longPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait for the positions of the other candidates.</summary>
    private static readonly TimeSpan _postingLimit = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _changed = new(0);
    private PartitionState? _state; // the latest; written by the watching task
    private LeaderFollowing? _following;
    private long _vacantSince; // timestamp; 0 while there is a leader
    private long _posted;
    private bool _hasWarned;
    private bool _isCoordinatorSilent;

    /// <summary>Called with the leader that is followed, or null.</summary>
    public Action<ClusterMember?> Following { get; init; } = _ => { };

    /// <summary>Runs until this node is the leader.</summary>
    public async Task<Election> RunAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task watching = WatchAsync(ended.Token);
        try
        {
            while (true)
            {
                if (watching.IsFaulted)
                    await watching;
                PartitionState? state = Volatile.Read(ref _state);
                if (state?.Leader is { } leader)
                    await FollowAsync(state, leader, stop);
                else if (state is not null && await StandAsync(state, stop) is { } won)
                    return won;
                await _changed.WaitAsync(state?.Leader is null ? _shortPause : _longPause, stop);
            }
        }
        finally
        {
            await StopFollowingAsync();
            await ended.CancelAsync();
            try
            {
                await watching;
            }
            catch (OperationCanceledException)
            {
                // It was told to end.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopFollowingAsync();
        _changed.Dispose();
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        await foreach (PartitionState state in coordinator.WatchAsync(stop))
        {
            Volatile.Write(ref _state, state);
            _changed.Release();
        }
    }

    private async Task FollowAsync(PartitionState state, PartitionLeader leader, CancellationToken stop)
    {
        _vacantSince = 0;
        if (leader.Name == name)
        {
            // The key of this node's last life. Nobody serves under it any more.
            await AskAsync(() => coordinator.DeposeAsync(leader.Epoch, stop));
            return;
        }
        if (_following?.Leader == leader)
        {
            if (_following.IsRefused)
            {
                logger.LeaderGone(leader.Name, leader.Epoch);
                await AskAsync(() => coordinator.DeposeAsync(leader.Epoch, stop));
            }
            return;
        }
        await StopFollowingAsync();
        if (!state.Members.TryGetValue(leader.Name, out ClusterMember? member))
            return; // it comes with a later state
        logger.Follows(leader.Name, leader.Epoch);
        _following = new LeaderFollowing(leader, member, partition.Number, directory, options, connector, logger, () => _changed.Release());
        Following(member);
    }

    private async Task<Election?> StandAsync(PartitionState state, CancellationToken stop)
    {
        if (_following is not null && directory.Heard is > 0 and var heard && Stopwatch.GetElapsedTime(heard) < options.Lease
            && !_following.IsRefused)
            return null;
        await StopFollowingAsync();
        if (!CanLead(state))
            return null;
        long now = Stopwatch.GetTimestamp();
        if (_vacantSince == 0)
            (_vacantSince, _posted) = (now, 0);
        if (_posted == 0 || Stopwatch.GetElapsedTime(_posted, now) > options.Lease / 2)
        {
            _posted = now;
            await AskAsync(() => coordinator.PostPositionAsync(name, directory.Last, stop));
            return null; // the position comes with the next state
        }
        if (!CandidateChoice.ShouldLead(state, name, Stopwatch.GetElapsedTime(_vacantSince), _postingLimit))
            return null;
        Leadership? leadership = null;
        await AskAsync(async () => leadership = await coordinator.TryLeadAsync(name, stop));
        if (leadership is null)
            return null;
        // Members of the set that have not posted are not there, and the first sync would wait for them.
        string[] followers = [.. (state.InSync?.Names ?? []).Where(one => one != name && state.Positions.ContainsKey(one))];
        bool isChanged = false, isRenewed = false;
        await AskAsync(async () => isChanged = await coordinator.ChangeInSyncSetAsync(leadership, [name, .. followers], stop));
        now = Stopwatch.GetTimestamp(); // the leader begins with a whole lease
        if (isChanged)
            await AskAsync(async () => isRenewed = await coordinator.RenewAsync(leadership, stop));
        if (isRenewed)
            return new Election(leadership, followers, now, state.Members.Count);
        await AskAsync(() => coordinator.ResignAsync(leadership, stop));
        return null;
    }

    private bool CanLead(PartitionState state)
    {
        bool isElector = state.InSync is null || state.InSync.Names.Contains(name);
        if (isElector && directory.IsComplete)
        {
            _hasWarned = false;
            return true;
        }
        if (!_hasWarned)
            logger.CannotLead();
        _hasWarned = true;
        return false;
    }

    private async Task StopFollowingAsync()
    {
        Following(null);
        if (_following is not { } following)
            return;
        _following = null;
        await following.DisposeAsync();
    }

    /// <summary>Asks the coordinator. If it does not answer, the next round tries again.</summary>
    private async Task AskAsync(Func<Task> ask)
    {
        try
        {
            await ask();
            _isCoordinatorSilent = false;
        }
        catch (IOException error)
        {
            if (!_isCoordinatorSilent)
                logger.CoordinatorSilent(error.Message);
            _isCoordinatorSilent = true;
        }
    }
}
