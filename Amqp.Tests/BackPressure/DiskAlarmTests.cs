using Amqp.Protocol;
using Amqp.Tests.Configuration;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>
/// The disk alarm blocks publishers. The tests set the limit above the free space of any disk, so that the alarm is set from the start.
/// </summary>
public sealed class DiskAlarmTests : BackPressureTests, IDisposable
{
    private readonly TemporaryFile _config = new("disk_free_limit.absolute = 1000000GB");

    private protected override string ConfigFile => _config.Path;

    public void Dispose() => _config.Dispose();

    [Test]
    public async Task Who_publishes_is_blocked_and_who_consumes_is_served()
    {
        await Eventually.Holds(
            () => Broker.Output.Contains("bytes are free for the data directory"),
            () => $"the disk alarm is not set:\n{Broker.Output}");
        var publisher = await OpenSocketAsync();
        await DeclareAsync(publisher, "blocked");

        await publisher.SendAsync(AmqpSocket.Publish("", "blocked", "held back"u8, persistent: true));

        var blocked = await publisher.ExpectAsync<ConnectionBlocked>();
        Assert.That(blocked.Reason, Is.EqualTo("low on disk"));
        var consumer = await OpenSocketAsync();
        await ConsumeAsync(consumer, "blocked");
        await consumer.SendAsync(1, new BasicGet("blocked", true));
        await consumer.ExpectAsync<BasicGetEmpty>();
    }

    [Test]
    public async Task The_broker_stops_in_order_while_publishers_are_blocked()
    {
        await Eventually.Holds(
            () => Broker.Output.Contains("bytes are free for the data directory"),
            () => $"the disk alarm is not set:\n{Broker.Output}");
        var publisher = await OpenSocketAsync();
        await DeclareAsync(publisher, "blocked");
        await publisher.SendAsync(AmqpSocket.Publish("", "blocked", "first"u8, persistent: true));
        await publisher.ExpectAsync<ConnectionBlocked>();

        var stopping = Broker.StopAsync();

        var close = await publisher.ExpectAsync<ConnectionClose>();
        Assert.That((ReplyCode)close.ReplyCode, Is.EqualTo(ReplyCode.ConnectionForced));
        publisher.Dispose();
        Assert.That(await stopping, Is.Zero);
    }
}
