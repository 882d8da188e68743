namespace Amqp.Server.Broker.Queues;

/// <summary>The round for work on the thread pool that belongs to no connection. Each thread of the pool reuses one round.</summary>
internal static class PooledRound
{
    [ThreadStatic]
    private static DispatchRound? _current;

    /// <summary>
    /// The calling thread's round, which is empty now. Code that runs within this round must not read this property again.
    /// </summary>
    public static DispatchRound Current => _current ??= new DispatchRound(DispatchRound.PooledDeadLetterShare);
}
