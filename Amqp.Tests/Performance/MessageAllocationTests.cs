using System.Diagnostics;
using System.Globalization;
using Amqp.Tests.Support;

namespace Amqp.Tests.Performance;

/// <summary>Once all pools have grown, the broker allocates almost no memory for a message on its way from socket to socket.</summary>
/// <remarks>The load comes from another process, so that only the broker's allocations are counted.</remarks>
[NonParallelizable]
public sealed class MessageAllocationTests
{
    private const int Few = 50_000, Many = 150_000;

    [TestCase("--size 16", TestName = "Sixteen_bytes_transient_without_acknowledgements")]
    [TestCase("--size 1024 --prefetch 200 --ack 1", TestName = "One_KiB_transient_acknowledged_one_by_one")]
    [TestCase("--size 1024 --durable --persistent --confirm 1000 --prefetch 200 --ack 50", TestName = "One_KiB_persistent_and_confirmed")]
    public async Task A_message_allocates_less_than_ten_bytes(string load)
    {
        await using var broker = await InProcessBroker.StartAsync();
        // This load makes the runtime compile the code. It has no consumer, so the memory pools grow at least as large as in the loads
        // below.
        await AllocatedAsync(broker, $"{load} --consumers 0", Many);
        await AllocatedAsync(broker, load, Few);

        // Both loads allocate the same for connections and the like. The difference is allocated for the additional messages.
        long few = await AllocatedAsync(broker, load, Few);
        long many = await AllocatedAsync(broker, load, Many);

        Assert.That((many - few) / (double)(Many - Few), Is.LessThan(10));
    }

    /// <summary>Returns the bytes that this process allocates while it serves a load.</summary>
    private static async Task<long> AllocatedAsync(InProcessBroker broker, string load, int messages)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        ProcessStartInfo start = BrokerProgram.With([
            "bench", "throughput", "--json", "--uri", broker.Uri, "--count", messages.ToString(CultureInfo.InvariantCulture),
            .. load.Split(' '),
        ]);
        start.RedirectStandardOutput = true;
        using var bench = Process.Start(start)!;
        string report = await bench.StandardOutput.ReadToEndAsync();
        await bench.WaitForExitAsync();
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.That(bench.ExitCode, Is.Zero, report);
        TestContext.Out.WriteLine($"{messages} messages: {allocated} bytes");
        return allocated;
    }
}
