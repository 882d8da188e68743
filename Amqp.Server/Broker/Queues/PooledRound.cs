namespace Amqp.Server.Broker.Queues;

/// <summary>The round for work that the thread pool does on nobody's behalf: one a thread, kept.</summary>
internal static class PooledRound
{
    [ThreadStatic]
    private static DispatchRound? _current;

    /// <summary>This thread's round, empty. Not for use within another round of it.</summary>
    public static DispatchRound Current => _current ??= new DispatchRound(DispatchRound.PooledDeadLetterShare);
}
