namespace Amqp.Server.Broker.Alarms;

/// <summary>Returns unused heap memory to the system by forcing a garbage collection. Thread-safe.</summary>
/// <remarks>Forwarding messages leaves no garbage, so the runtime would not collect by itself.</remarks>
internal static class UnusedHeap
{
    /// <summary>
    /// Maximum size in bytes of a pooled buffer. A larger buffer is freed after use, and its owner calls <see cref="Note"/>.
    /// </summary>
    public const int LargeSize = 512 << 10;

    /// <summary>Number of freed or allocated bytes that causes a collection.</summary>
    private const long CollectionThreshold = 64 << 20;

    /// <summary>
    /// The broker is idle if it allocates fewer bytes than this between two checks. In an idle broker, this many freed bytes cause a
    /// collection.
    /// </summary>
    private const long IdleAllocation = 1 << 20;

    private static long _large;
    private static long _allocatedAtCheck;
    private static long _allocatedAtCollection;

    /// <summary>Counts bytes of large buffers that were freed.</summary>
    public static void Note(long bytes) => Interlocked.Add(ref _large, bytes);

    /// <summary>
    /// Returns memory to the system if much of the heap may be unused. Called every few seconds, by one thread at a time.
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
