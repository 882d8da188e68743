namespace Amqp.Server.Broker.Queues;

/// <summary>The round for work on the thread pool that serves no connection: one per thread, reused.</summary>
internal static class PooledRound
{
    [ThreadStatic]
    private static DispatchRound? _current;

    /// <summary>The empty round of the calling thread. Code that runs within this round must not use it again.</summary>
    public static DispatchRound Current => _current ??= new DispatchRound(DispatchRound.PooledDeadLetterShare);
}
