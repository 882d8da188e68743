using Amqp.Tests.Configuration;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>
/// Publishers send more transient messages than the memory watermark of 64 MiB allows. The broker writes messages to page files.
/// </summary>
public sealed class PagingTests : BackPressureTests, IDisposable
{
    private readonly TemporaryFile _config = new("vm_memory_high_watermark.absolute = 64MiB");

    private protected override string ConfigFile => _config.Path;

    public void Dispose() => _config.Dispose();

    [TestCase(10_000, 60_000)] // 600 MB
    [TestCase(100, 800_000)]
    public async Task A_flood_of_transient_messages_needs_no_consumer_to_go_on_and_arrives_in_order(int size, int count)
    {
        var publisher = await OpenSocketAsync();
        await DeclareAsync(publisher, "transient");

        await Flood.PublishAsync(publisher, "transient", size, count, persistent: false).WaitAsync(Patience);
        var consumer = await OpenSocketAsync();
        await ConsumeAsync(consumer, "transient");
        await Flood.DemandAllAsync(consumer, size, count);

        long peak = ProcessMemory.PeakBytes(Broker.Pid);
        await TestContext.Progress.WriteLineAsync($"paging: flood of {count:N0} messages of {size:N0} bytes: {peak / MiB} MiB at most");
        Assert.That(peak, Is.LessThan(400 * MiB));
    }

    [Test]
    public async Task Messages_arrive_in_order_while_the_flood_goes_on()
    {
        const int size = 10_000;
        const int count = 60_000;
        var publisher = await OpenSocketAsync();
        await DeclareAsync(publisher, "transient");
        await Flood.PublishAsync(publisher, "transient", size, count / 2, persistent: false).WaitAsync(Patience);

        // The flood was published in two halves. In each half, the messages are numbered from 0.
        var consumer = await OpenSocketAsync();
        await ConsumeAsync(consumer, "transient");
        var publishing = Flood.PublishAsync(publisher, "transient", size, count / 2, persistent: false);
        await Flood.DemandAllAsync(consumer, size, count / 2);
        await Flood.DemandAllAsync(consumer, size, count / 2);

        await publishing.WaitAsync(Patience);
    }
}
