using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>
/// During a memory alarm, the broker disconnects each publisher whose data takes more than an eighth of the watermark, and blocks the other
/// publishers. During a disk alarm, it blocks all publishers.
/// </summary>
public sealed class HeldShareTests
{
    private const int Share = 100_000;
    private const long MoreThanThereIs = 1L << 60;

    private BrokerInProcess _broker = null!;

    [OneTimeSetUp]
    public async Task StartAsync() =>
        _broker = await BrokerInProcess.StartAsync($"vm_memory_high_watermark.absolute = {8 * Share}", "disk_free_limit.absolute = 1");

    [OneTimeTearDown]
    public async Task StopAsync() => await _broker.DisposeAsync();

    [TestCase(2 * Share, true, true)]
    [TestCase(Share / 2, true, false)]
    [TestCase(2 * Share, false, false, Description = "the disk has no more room for that")]
    public async Task Only_who_holds_much_while_memory_is_short_is_closed(int held, bool isMemory, bool isClosed)
    {
        _broker.Broker.Alarms.SetMemoryLimit(MoreThanThereIs);
        _broker.Broker.Alarms.SetDiskLimit(0);
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Port}"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
        await channel.PublishAsync("", "nowhere", new string('x', held));
        await channel.ExpectQuietAsync();

        if (isMemory)
            _broker.Broker.Alarms.SetMemoryLimit(0);
        else
            _broker.Broker.Alarms.SetDiskLimit(MoreThanThereIs);
        await channel.PublishAsync("", "nowhere");

        if (isClosed)
            Assert.That((await client.ExpectAsync<ConnectionClose>(0)).ReplyText, Does.Match(
                @"^RESOURCE_ERROR - \d{6} bytes held in open transactions and unfinished messages while the broker is low on memory$"));
        else
            Assert.That((await client.ExpectAsync<ConnectionBlocked>(0)).Reason, Is.EqualTo(isMemory ? "low on memory" : "low on disk"));
        if (!isClosed)
            Assert.That(_broker.Log, Has.One.EndsWith(isMemory ? ": blocked: low on memory" : ": blocked: low on disk"));
    }
}
