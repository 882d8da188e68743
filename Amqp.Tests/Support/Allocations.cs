namespace Amqp.Tests.Support;

/// <summary>Counts what a piece of code allocates.</summary>
internal static class Allocations
{
    private const int Runs = 1000;

    /// <summary>Bytes that one call allocates on this thread, once it is warm.</summary>
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
