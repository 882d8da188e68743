namespace Amqp.Server.Management.Http;

/// <summary>Has everything that work awaits go on on the thread pool, whatever thread completes it.</summary>
/// <remarks>
/// A request to the HTTP API may take long and may wait for locks, and each read of its body and each write of its answer may complete on a
/// socket thread (<see cref="Hosting.SocketThreads"/>), which must do neither: all connections of that thread would wait along.
/// </remarks>
internal sealed class ThreadPoolContext : SynchronizationContext
{
    private static readonly ThreadPoolContext _instance = new();

    private ThreadPoolContext()
    {
    }

    /// <summary>Leaves the caller's thread, then does some work whose awaits come back to the thread pool.</summary>
    public static async Task RunAsync(Func<Task> work)
    {
        await Task.Yield();
        SetSynchronizationContext(_instance); // the pool takes it off the thread when this work item is over
        await work();
    }

    public override void Post(SendOrPostCallback d, object? state) => ThreadPool.UnsafeQueueUserWorkItem(
        static work =>
        {
            SetSynchronizationContext(_instance);
            work.Callback(work.State);
        },
        (Callback: d, State: state), preferLocal: true);

    public override SynchronizationContext CreateCopy() => this;
}
