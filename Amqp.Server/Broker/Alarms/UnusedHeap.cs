namespace Amqp.Server.Broker.Alarms;

/// <summary>What of the heap nobody uses any more, and a collection that gives it back to the system when it is much.</summary>
/// <remarks>
/// Thread-safe. Messages leave nothing to collect, so without a push the runtime would keep for as long as it runs the memory of a few
/// bodies of 100 MB, or that of a flood of connections which has passed.
/// </remarks>
internal static class UnusedHeap
{
    /// <summary>Bytes above which a piece is worth noting, and is better not kept for others.</summary>
    public const int LargeSize = 512 << 10;

    private const long Much = 64 << 20;

    /// <summary>Bytes that are allocated between two looks when nothing goes on but messages, and that are not worth a collection then.</summary>
    private const long Little = 1 << 20;

    private static long _large;
    private static long _allocatedAtLook;
    private static long _allocatedAtCollection;

    /// <summary>So many bytes, in large pieces, were let go.</summary>
    public static void Note(long bytes) => Interlocked.Add(ref _large, bytes);

    /// <summary>Gives memory back to the system if much was let go, or allocated until a while ago. Called by one thread at a time, every few seconds.</summary>
    public static void GiveBack()
    {
        long large = Volatile.Read(ref _large);
        long allocated = GC.GetTotalAllocatedBytes();
        bool isAtRest = allocated - _allocatedAtLook < Little;
        _allocatedAtLook = allocated;
        if (isAtRest ? large < Little && allocated - _allocatedAtCollection < Much : large < Much)
            return;
        Interlocked.Exchange(ref _large, 0);
        // The only kind that gives back all there is. The heap holds no messages, so it takes milliseconds.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _allocatedAtCollection = GC.GetTotalAllocatedBytes();
    }
}
