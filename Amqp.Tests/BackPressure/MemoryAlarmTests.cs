using System.Buffers.Binary;
using Amqp.Tests.Configuration;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.BackPressure;

/// <summary>
/// The memory alarm blocks publishers when the broker's memory exceeds 64 MiB. Paging is off, because paging could prevent the alarm.
/// </summary>
public sealed class MemoryAlarmTests : BackPressureTests, IDisposable
{
    private const int Size = 10_000;
    private const int Count = 20_000; // 20,000 messages are 200 MB
    private readonly TemporaryFile _config = new("vm_memory_high_watermark.absolute = 64MiB\nvm_memory_high_watermark_paging_ratio = 1.0");

    private protected override string ConfigFile => _config.Path;

    public void Dispose() => _config.Dispose();

    [Test]
    public async Task A_flood_of_transient_messages_is_blocked_until_consumers_have_made_room()
    {
        var publisher = await ConnectAsync();
        var blocked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var unblocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        publisher.ConnectionBlockedAsync += (_, reason) =>
        {
            blocked.TrySetResult(reason.Reason);
            return Task.CompletedTask;
        };
        publisher.ConnectionUnblockedAsync += (_, _) =>
        {
            unblocked.TrySetResult();
            return Task.CompletedTask;
        };
        var consumer = await OpenSocketAsync();
        await DeclareAsync(consumer, "transient");

        var publishing = PublishAsync(publisher);
        Assert.That(await blocked.Task.WaitAsync(Patience), Does.Contain("memory"));
        await ConsumeAsync(consumer, "transient");
        // the messages do not all fit into memory, so they arrive only if the publisher is unblocked
        await Flood.DemandAllAsync(consumer, Size, Count);

        await unblocked.Task.WaitAsync(Patience);
        await publishing.WaitAsync(Patience);
    }

    [Test]
    public async Task While_a_flood_is_blocked_memory_stays_near_the_watermark_and_its_socket_is_not_read()
    {
        var publisher = await OpenSocketAsync();
        await DeclareAsync(publisher, "transient");

        long sent = publisher.SendUntilBlocked(AmqpSocket.Publish("", "transient", new byte[Size], persistent: false), 1_000 * MiB);
        long peak = ProcessMemory.PeakBytes(Broker.Pid);
        await TestContext.Progress.WriteLineAsync(
            $"memory alarm at 64 MiB: blocked after {sent / MiB} MiB, the broker holds {peak / MiB} MiB at most");

        // The broker checks its memory ten times a second. Bytes that arrive between two checks may exceed the watermark.
        Assert.That(sent, Is.LessThan(400 * MiB));
        Assert.That(peak, Is.LessThan(550 * MiB));
    }

    [Test]
    public async Task Persistent_messages_that_are_on_disk_block_no_one()
    {
        var publisher = await OpenSocketAsync();
        await DeclareAsync(publisher, "persistent");

        await Flood.PublishAsync(publisher, "persistent", Size, Count, persistent: true).WaitAsync(Patience);

        var consumer = await OpenSocketAsync();
        await ConsumeAsync(consumer, "persistent");
        await Flood.DemandAllAsync(consumer, Size, Count);
    }

    [Test]
    public async Task Who_does_not_publish_is_served_while_publishers_are_blocked()
    {
        var publisher = await OpenSocketAsync();
        await DeclareAsync(publisher, "transient");
        publisher.SendUntilBlocked(AmqpSocket.Publish("", "transient", new byte[Size], persistent: false), 1_000 * MiB);

        var other = await ConnectAsync();
        var channel = await other.CreateChannelAsync();
        string queue = await channel.QueueDeclareAsync();
        await channel.QueueBindAsync(queue, "amq.fanout", "");

        Assert.That(await channel.BasicGetAsync("transient", autoAck: true).WaitAsync(Patience), Is.Not.Null);
    }

    [Test]
    public async Task A_blocked_publisher_that_goes_away_leaves_the_broker_in_order()
    {
        var publisher = await OpenSocketAsync();
        await DeclareAsync(publisher, "transient");
        publisher.SendUntilBlocked(AmqpSocket.Publish("", "transient", new byte[Size], persistent: false), 1_000 * MiB);
        publisher.Dispose();

        var channel = await (await ConnectAsync()).CreateChannelAsync();
        await channel.QueuePurgeAsync("transient");

        // Messages that the broker read before the connection closed may reach the queue now, and may set the alarm again.
        await Eventually.Holds(
            async () => await channel.QueuePurgeAsync("transient") == 0,
            () => "messages of the closed publisher keep arriving");
        await DemandServiceAsync();
    }

    private static async Task PublishAsync(IConnection connection)
    {
        await using var channel = await connection.CreateChannelAsync();
        for (int number = 0; number < Count; number++)
        {
            byte[] body = new byte[Size];
            BinaryPrimitives.WriteInt32BigEndian(body, number);
            await channel.BasicPublishAsync("", "transient", body);
        }
    }
}
