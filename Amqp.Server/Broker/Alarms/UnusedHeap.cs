namespace Amqp.Server.Broker.Alarms;

/// <summary>Large pieces of the heap that nobody uses any more, and a collection when there is much of it.</summary>
/// <remarks>
/// Thread-safe. Messages leave nothing to collect, so without a push the runtime would keep the memory of a few bodies of 100 MB for
/// as long as it runs.
/// </remarks>
internal static class LargeGarbage
{
    /// <summary>Above this a piece is worth noting, and is better not kept for others.</summary>
    public const int LargeSize = 512 << 10;

    private const long Much = 64 << 20;

    private static long _bytes;

    /// <summary>So many bytes were let go.</summary>
    public static void Note(long bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>Gives memory back to the system if it is much. Called from time to time.</summary>
    public static void CollectIfMuch()
    {
        if (Volatile.Read(ref _bytes) < Much)
            return;
        Interlocked.Exchange(ref _bytes, 0);
        // The only kind that gives back all there is. The heap holds no messages, so it takes milliseconds.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
