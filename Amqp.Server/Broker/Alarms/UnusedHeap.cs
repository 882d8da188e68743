namespace Amqp.Server.Broker.Alarms;

/// <summary>Forces a garbage collection that returns unused heap memory to the system, when much of the heap is unused.</summary>
/// <remarks>
/// Thread-safe. Messages leave no garbage, so the runtime has no reason to collect. Without this class the process would keep the memory of
/// a few bodies of 100 MB, or of a past flood of connections, until the process ends.
/// </remarks>
internal static class UnusedHeap
{
    /// <summary>Size in bytes above which a buffer is not pooled for reuse, but freed and noted here.</summary>
    public const int LargeSize = 512 << 10;

    /// <summary>Number of freed or allocated bytes from which a collection is worth its cost.</summary>
    private const long CollectionThreshold = 64 << 20;

    /// <summary>
    /// Allocated bytes between two checks below which the broker counts as idle; passing messages on allocates less. An idle broker
    /// collects from this number of freed bytes on.
    /// </summary>
    private const long IdleAllocation = 1 << 20;

    private static long _large;
    private static long _allocatedAtCheck;
    private static long _allocatedAtCollection;

    /// <summary>Notes bytes of large buffers that were freed.</summary>
    public static void Note(long bytes) => Interlocked.Add(ref _large, bytes);

    /// <summary>
    /// Returns memory to the system if much was freed, or if much was allocated and the broker is idle again. Called every few seconds, by
    /// one thread at a time.
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
        // Only an aggressive collection returns everything. The heap holds no messages, so the collection takes milliseconds.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _allocatedAtCollection = GC.GetTotalAllocatedBytes();
    }
}
