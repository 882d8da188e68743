using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>Clients publish many messages without waiting for confirms. All messages arrive.</summary>
public sealed class FloodTests : BackPressureTests
{
    [TestCase(16_000, 40_000)] // 640 MB
    [TestCase(100, 1_000_000)] // many small messages, for which the memory of each message must be small, too
    public async Task A_flood_to_a_durable_queue_goes_to_disk_and_arrives_whole(int size, int count)
    {
        var publisher = await OpenSocketAsync();
        await DeclareAsync(publisher, "flooded");

        await Flood.PublishAsync(publisher, "flooded", size, count, persistent: true).WaitAsync(Patience);
        var consumer = await OpenSocketAsync();
        await ConsumeAsync(consumer, "flooded");
        await Flood.DemandAllAsync(consumer, size, count);

        long peak = ProcessMemory.PeakBytes(Broker.Pid);
        await TestContext.Progress.WriteLineAsync($"flood of {count:N0} messages of {size:N0} bytes: {peak / MiB} MiB at most");
        Assert.That(peak, Is.LessThan(250 * MiB));
    }
}
