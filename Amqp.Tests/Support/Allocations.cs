namespace Amqp.Tests.Support;

/// <summary>Measures the bytes that a call allocates on the heap.</summary>
internal static class Allocations
{
    private const int Runs = 1000;

    /// <summary>Returns the bytes that one call allocates on this thread, measured after warm-up calls.</summary>
    public static long Of(Action action)
    {
        for (int run = 0; run < Runs; run++)
            action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int run = 0; run < Runs; run++)
            action();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Runs;
    }
}
