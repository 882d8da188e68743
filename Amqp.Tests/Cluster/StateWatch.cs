using Amqp.Server.Cluster.Coordination;

namespace Amqp.Tests.Cluster;

/// <summary>The states that a coordinator's watch yields.</summary>
internal sealed class StateWatch : IAsyncDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly IAsyncEnumerator<PartitionState> _states;

    public StateWatch(IClusterCoordinator coordinator) => _states = coordinator.WatchAsync(_stop.Token).GetAsyncEnumerator();

    /// <summary>Returns the next state.</summary>
    public async Task<PartitionState> NextAsync()
    {
        Assert.That(await _states.MoveNextAsync().AsTask().WaitAsync(_limit), Is.True);
        return _states.Current;
    }

    /// <summary>Skips states until one fulfils a condition.</summary>
    public async Task<PartitionState> UntilAsync(Func<PartitionState, bool> condition)
    {
        PartitionState state;
        do
        {
            state = await NextAsync();
        }
        while (!condition(state));
        return state;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _states.DisposeAsync();
        _stop.Dispose();
    }
}
