using System.Runtime.CompilerServices;
using System.Text.Json;
using Amqp.Storage.Replication;

namespace Amqp.Server.Cluster.Coordination;

/// <summary>The coordinator on etcd 3.4 or later.</summary>
/// <remarks>
/// A transaction may be carried out twice if an answer is lost, or late if a member of etcd was stopped. Each one therefore has comparisons
/// that fail then: keys under a lease are not written once the lease is gone, and the in-sync set is compared by the
/// revision that was read.
/// </remarks>
internal sealed class EtcdCoordinator(EtcdOptions options) : IClusterCoordinator
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);

    private readonly EtcdGateway _gateway = new(options);
    private readonly EtcdKeys _keys = new(options.Prefix);

    public Task RegisterAsync(ClusterMember member, CancellationToken cancellation) =>
        _gateway.CallAsync("kv/put", EtcdRequests.Put(_keys.Member(member.Name), EtcdKeys.ValueOf(member)), cancellation);

    public async Task<PartitionState> ReadAsync(CancellationToken cancellation) => _keys.StateOf(await ReadKeysAsync(cancellation));

    public async IAsyncEnumerable<PartitionState> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        string? last = null; // the keys of the last state, with their revisions
        bool isReported = true;
        await using var watch = new EtcdWatch(_gateway, _keys.Prefix, options.CheckInterval);
        while (true)
        {
            var answer = await ReadInTheEndAsync(cancellation);
            string keys = answer.TryGetProperty("kvs", out var found) ? found.GetRawText() : "";
            if (keys != last)
            {
                if (!isReported)
                    await watch.CloseAsync(); // the stream should have had an event, so its connection may be dead
                yield return _keys.StateOf(answer);
            }
            last = keys;
            isReported = await watch.WaitAsync(EtcdAnswer.RevisionOf(answer), cancellation);
        }
    }

    public async Task<bool> PostPositionAsync(string name, ReplicaPosition position, CancellationToken cancellation)
    {
        var (lease, _) = await GrantAsync(cancellation);
        var answer = await CommitAsync(
            [EtcdRequests.IsCreatedAt(_keys.Leader, 0)],
            [EtcdRequests.ToPut(_keys.Position(name), EtcdKeys.ValueOf(position), lease)],
            otherwise: null, cancellation);
        return EtcdAnswer.HasSucceeded(answer);
    }

    public async Task<Leadership?> TryLeadAsync(string name, CancellationToken cancellation)
    {
        var state = await ReadAsync(cancellation);
        if (state.Leader is not null || (state.InSync is { } set && !set.Names.Contains(name)))
            return null;
        var (lease, duration) = await GrantAsync(cancellation);
        List<string> operations = [EtcdRequests.ToPut(_keys.Leader, name, lease), EtcdRequests.ToDeleteAll(_keys.Positions)];
        if (state.InSync is null)
            operations.Add(EtcdRequests.ToPut(_keys.InSync, EtcdKeys.ValueOf([name])));
        JsonElement answer;
        try
        {
            answer = await CommitAsync(
                [EtcdRequests.IsCreatedAt(_keys.Leader, 0), EtcdRequests.IsWrittenAt(_keys.InSync, state.InSync?.Revision ?? 0)],
                [.. operations],
                [EtcdRequests.ToRead(_keys.Leader)],
                cancellation);
        }
        catch (EtcdErrorException error) when (error.IsNotFound)
        {
            return null; // the lease has expired before the transaction, or before its repetition
        }
        if (EtcdAnswer.HasSucceeded(answer))
            return new Leadership(name, EtcdAnswer.RevisionOf(answer), duration, lease);
        // The number of the lease is random. So a leader's key with this lease was written by this call, whose first answer was lost.
        if (EtcdAnswer.KeyOf(answer, 0) is { } leader && leader.Lease == lease)
            return new Leadership(name, leader.Created, duration, lease);
        return null;
    }

    public async Task<bool> ChangeInSyncSetAsync(
        Leadership leadership, IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        if (!names.Contains(leadership.Name))
            throw new ArgumentException("the leader must be in the in-sync set", nameof(names));
        string value = EtcdKeys.ValueOf(names);
        string[] read = [EtcdRequests.ToRead(_keys.Leader), EtcdRequests.ToRead(_keys.InSync)];
        var answer = await CommitAsync([], read, otherwise: null, cancellation);
        while (true)
        {
            if (EtcdAnswer.KeyOf(answer, 0)?.Created != leadership.Epoch)
                return false;
            // The set is written even if it is the same. The new revision stops earlier changes that may still be carried out.
            answer = await CommitAsync(
                [
                    EtcdRequests.IsCreatedAt(_keys.Leader, leadership.Epoch),
                    EtcdRequests.IsWrittenAt(_keys.InSync, EtcdAnswer.KeyOf(answer, 1)?.Written ?? 0),
                ],
                [EtcdRequests.ToPut(_keys.InSync, value)],
                read, cancellation);
            if (EtcdAnswer.HasSucceeded(answer))
                return true;
            // The set was written after it was read: by this transaction, whose first answer was lost, or by an earlier change.
            if (EtcdAnswer.KeyOf(answer, 0)?.Created == leadership.Epoch && EtcdAnswer.KeyOf(answer, 1)?.Value == value)
                return true;
        }
    }

    public async Task<bool> RenewAsync(Leadership leadership, CancellationToken cancellation)
    {
        var lease = await _gateway.CallAsync("lease/keepalive", EtcdRequests.Lease(leadership.LeaseId), cancellation);
        if (EtcdAnswer.Number(lease.GetProperty("result"), "TTL") == 0)
            return false;
        // The lease outlives the key if the leader was deposed.
        var answer = await _gateway.CallAsync("kv/range", EtcdRequests.Range(_keys.Leader), cancellation);
        return EtcdAnswer.Keys(answer).FirstOrDefault()?.Created == leadership.Epoch;
    }

    public Task DeposeAsync(ulong epoch, CancellationToken cancellation) =>
        CommitAsync([EtcdRequests.IsCreatedAt(_keys.Leader, epoch)], [EtcdRequests.ToDelete(_keys.Leader)], otherwise: null, cancellation);

    public async Task ResignAsync(Leadership leadership, CancellationToken cancellation)
    {
        try
        {
            await _gateway.CallAsync("lease/revoke", EtcdRequests.Lease(leadership.LeaseId), cancellation);
        }
        catch (EtcdErrorException error) when (error.IsNotFound)
        {
            // the leadership has ended
        }
    }

    public ValueTask DisposeAsync()
    {
        _gateway.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<JsonElement> CommitAsync(
        string[] comparisons, string[] operations, string[]? otherwise, CancellationToken cancellation) =>
        _gateway.CallAsync("kv/txn", EtcdRequests.Transaction(comparisons, operations, otherwise), cancellation);

    private Task<JsonElement> ReadKeysAsync(CancellationToken cancellation) =>
        _gateway.CallAsync("kv/range", EtcdRequests.RangeOf(_keys.Prefix), cancellation);

    /// <summary>Reads the keys as soon as the coordinator is available.</summary>
    private async Task<JsonElement> ReadInTheEndAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await ReadKeysAsync(cancellation);
            }
            catch (CoordinatorUnavailableException error) when (error is not EtcdErrorException)
            {
                await Task.Delay(_pause, cancellation);
            }
        }
    }

    /// <summary>Grants a lease with a random number.</summary>
    /// <returns>Number of the lease, and its duration, which etcd may prolong.</returns>
    private async Task<(long Lease, TimeSpan Duration)> GrantAsync(CancellationToken cancellation)
    {
        long lease = Random.Shared.NextInt64(1, long.MaxValue);
        int seconds = (int)Math.Ceiling(options.Lease.TotalSeconds);
        try
        {
            var answer = await _gateway.CallAsync("lease/grant", EtcdRequests.Grant(lease, seconds), cancellation);
            return (lease, TimeSpan.FromSeconds(EtcdAnswer.Number(answer, "TTL")));
        }
        catch (EtcdErrorException error) when (error.IsFailedPrecondition)
        {
            return (lease, options.Lease); // the lease was granted, but the first answer was lost
        }
    }
}
