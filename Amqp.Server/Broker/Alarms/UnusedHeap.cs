namespace Amqp.Server.Broker.Alarms;

/// <summary>Forces a garbage collection that returns unused heap memory to the system, once much of the heap is unused.</summary>
/// <remarks>
/// Thread-safe. Messages leave no garbage, so the runtime has no reason to collect by itself. Without this class the process would keep the
/// memory of large messages and closed connections.
/// </remarks>
internal static class UnusedHeap
{
    /// <summary>
    /// Size in bytes above which a buffer is freed after use, and not kept in a pool. The owner of a freed buffer calls <see cref="Note"/>.
    /// </summary>
    public const int LargeSize = 512 << 10;

    /// <summary>Number of freed or allocated bytes above which a collection is worth its cost.</summary>
    private const long CollectionThreshold = 64 << 20;

    /// <summary>
    /// The broker counts as idle if it allocates fewer bytes than this between two checks. Forwarding messages allocates almost nothing.
    /// While the broker is idle, this many freed bytes are enough for a collection.
    /// </summary>
    private const long IdleAllocation = 1 << 20;

    private static long _large;
    private static long _allocatedAtCheck;
    private static long _allocatedAtCollection;

    /// <summary>Counts bytes of large buffers that were freed.</summary>
    public static void Note(long bytes) => Interlocked.Add(ref _large, bytes);

    /// <summary>
    /// Returns memory to the system if many bytes were freed, or if the broker has become idle after many allocations. Called every few
    /// seconds, by one thread at a time.
    /// </summary>
    public static void GiveBack()
    {
        long large = Volatile.Read(ref _large);
        long allocated = GC.GetTotalAllocatedBytes();
        bool isAtRest = allocated - _allocatedAtCheck < IdleAllocation;
        _allocatedAtCheck = allocated;
        if (isAtRest ? large < IdleAllocation && allocated - _allocatedAtCollection < CollectionThreshold : large < CollectionThreshold)
            return;
        Interlocked.Exchange(ref _large, 0);
        // Only an aggressive collection returns all unused memory. Messages are stored outside of the heap, so the collection takes
        // milliseconds.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _allocatedAtCollection = GC.GetTotalAllocatedBytes();
    }
}
