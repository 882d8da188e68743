namespace Amqp.Server.Broker.Queues;

/// <summary>The round for work that belongs to no connection. Each thread of the thread pool has one round.</summary>
internal static class PooledRound
{
    [ThreadStatic]
    private static DispatchRound? _current;

    /// <summary>
    /// The calling thread's round, empty when the property is read. Work that uses the round must not read the property again.
    /// </summary>
    public static DispatchRound Current => _current ??= new DispatchRound(DispatchRound.PooledDeadLetterShare);
}
