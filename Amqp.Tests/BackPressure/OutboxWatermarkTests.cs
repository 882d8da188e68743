using Amqp.Tests.Configuration;

namespace Amqp.Tests.BackPressure;

/// <summary>Deliveries stop and resume all the time, because the watermark of a connection's outbox is only a few messages.</summary>
public sealed class OutboxWatermarkTests : BackPressureTests, IDisposable
{
    private const int Size = 500;
    private const int Count = 2_000;
    private readonly TemporaryFile _config = new("connection.outbox_high_watermark = 4096");

    private protected override string ConfigFile => _config.Path;

    public void Dispose() => _config.Dispose();

    [Test]
    public async Task What_waits_for_a_consumer_comes_to_its_end()
    {
        var publisher = await OpenSocketAsync();
        await DeclareAsync(publisher, "waiting");
        await Flood.PublishAsync(publisher, "waiting", Size, Count, persistent: false).WaitAsync(Patience);

        var consumer = await OpenSocketAsync();
        await ConsumeAsync(consumer, "waiting");

        await Flood.DemandAllAsync(consumer, Size, Count);
    }

    [Test]
    public async Task What_is_published_to_a_consumer_comes_to_its_end()
    {
        var consumer = await OpenSocketAsync();
        await DeclareAsync(consumer, "passing");
        await ConsumeAsync(consumer, "passing");

        await Flood.PublishAsync(await OpenSocketAsync(), "passing", Size, Count, persistent: false).WaitAsync(Patience);

        await Flood.DemandAllAsync(consumer, Size, Count);
    }
}
