namespace Amqp.Server.Management.Http;

/// <summary>Resumes all awaits of a request on the thread pool, whichever thread completes the awaited task.</summary>
/// <remarks>
/// Handling a request may take long and may wait for locks. If a request continued on a socket thread (<see
/// cref="Hosting.SocketThreads"/>), all connections of the socket thread would wait.
/// </remarks>
internal sealed class ThreadPoolContext : SynchronizationContext
{
    private static readonly ThreadPoolContext _instance = new();

    private ThreadPoolContext()
    {
    }

    /// <summary>Leaves the caller's thread, then runs work whose awaits resume on the thread pool.</summary>
    public static async Task RunAsync(Func<Task> work)
    {
        await Task.Yield();
        SetSynchronizationContext(_instance); // the pool resets the context of the thread after this work item
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
