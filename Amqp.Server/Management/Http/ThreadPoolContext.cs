namespace Amqp.Server.Management.Http;

/// <summary>Continues a request on the thread pool after each await.</summary>
/// <remarks>
/// A request may take long and may wait for locks. On a socket thread (<see cref="Hosting.SocketThreads"/>), a request would delay other
/// connections.
/// </remarks>
internal sealed class ThreadPoolContext : SynchronizationContext
{
    private static readonly ThreadPoolContext _instance = new();

    private ThreadPoolContext()
    {
    }

    /// <summary>Runs work on the thread pool. After each await, the work resumes on the thread pool.</summary>
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
