using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>A client that stops reading does not disturb other clients.</summary>
public sealed class SlowReaderTests : BackPressureTests
{
    private const int Size = 10_000;

    [Test]
    public async Task Messages_for_a_consumer_that_does_not_read_wait_on_disk_and_come_in_order_when_it_does()
    {
        const int count = 30_000; // 30,000 messages are 300 MB
        var consumer = await OpenSocketAsync();
        await DeclareAsync(consumer, "slow");
        await ConsumeAsync(consumer, "slow");
        var publisher = await OpenSocketAsync();

        await Flood.PublishAsync(publisher, "slow", Size, count, persistent: true).WaitAsync(Patience);
        await DemandServiceAsync();
        long peak = ProcessMemory.PeakBytes(Broker.Pid);
        await TestContext.Progress.WriteLineAsync($"slow consumer: {peak / MiB} MiB at most with {(long)Size * count / MiB} MiB waiting");

        Assert.That(peak, Is.LessThan(250 * MiB));
        await Flood.DemandAllAsync(consumer, Size, count);
    }

    [Test]
    public async Task A_consumer_that_does_not_read_holds_no_messages_back_from_another_one()
    {
        const int count = 10_000;
        var stuck = await OpenSocketAsync();
        await DeclareAsync(stuck, "shared");
        await ConsumeAsync(stuck, "shared");
        var reading = await OpenSocketAsync();
        await ConsumeAsync(reading, "shared");
        var publisher = await OpenSocketAsync();

        var publishing = Flood.PublishAsync(publisher, "shared", Size, count, persistent: true);
        // The stuck consumer gets only messages that fit into its outbox of 1 MiB and the kernel's buffers. The other consumer gets all
        // other messages.
        for (int received = 0; received < count * 8 / 10; received++)
            await reading.ExpectDeliveryAsync();

        await publishing.WaitAsync(Patience);
    }

    [Test]
    public async Task A_consumer_that_does_not_read_keeps_its_connection_while_it_sends_heartbeats()
    {
        const int count = 2_000;
        var consumer = await OpenSocketAsync(heartbeat: 1);
        await DeclareAsync(consumer, "busy");
        await ConsumeAsync(consumer, "busy");
        await Flood.PublishAsync(await OpenSocketAsync(), "busy", Size, count, persistent: true).WaitAsync(Patience);

        // The broker would disconnect a silent client after two and a half heartbeat intervals. The test sends heartbeats for four
        // intervals.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        for (int beat = 0; beat < 8; beat++)
        {
            await timer.WaitForNextTickAsync();
            await consumer.SendAsync(Encoded.Frame(FrameType.Heartbeat, 0, []));
        }

        await Flood.DemandAllAsync(consumer, Size, count);
    }

    [Test]
    public async Task A_client_that_never_reads_replies_is_read_from_no_further_and_harms_no_one()
    {
        var deaf = await OpenSocketAsync();
        await DeclareAsync(deaf, "asked");
        byte[] questions =
        [
            .. Enumerable.Repeat(Encoded.Frame(1, new QueueDeclare("asked", true, false, false, false, false, FieldTable.Empty)), 1_000)
                .SelectMany(frame => frame)
        ];

        long sent = deaf.SendUntilBlocked(questions, 1_000 * MiB);
        await TestContext.Progress.WriteLineAsync(
            $"deaf client: blocked after {sent / MiB} MiB of requests, the broker "
                + $"holds {ProcessMemory.PeakBytes(Broker.Pid) / MiB} MiB at most");

        Assert.That(sent, Is.LessThan(100 * MiB));
        Assert.That(ProcessMemory.PeakBytes(Broker.Pid), Is.LessThan(200 * MiB));
        await DemandServiceAsync();
    }
}
