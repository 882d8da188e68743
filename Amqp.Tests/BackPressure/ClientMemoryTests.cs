using Amqp.Protocol;
using Amqp.Server.Broker.Queues;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>The memory alarm counts the memory that the broker uses for each client, such as outboxes and open channels.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[NonParallelizable] // the memory alarm measures the memory of this process
public sealed class ClientMemoryTests
{
    private const long MoreThanThereIs = 1L << 60;

    private BrokerInProcess _broker = null!;

    [TearDown]
    public async Task StopAsync() => await _broker.DisposeAsync();

    [Test]
    public async Task Full_outboxes_of_clients_that_do_not_read_raise_the_alarm_by_themselves()
    {
        const int clients = 8; // the outbox of each client holds up to 1 MiB
        _broker = await BrokerInProcess.StartAsync("vm_memory_high_watermark.absolute = 6MiB\nvm_memory_high_watermark_paging_ratio = 1.0");
        byte[] message = AmqpSocket.Publish("amq.fanout", "", new byte[10_000], persistent: false);
        var deaf = new List<AmqpSocket>();
        for (int number = 0; number < clients; number++)
            deaf.Add(await ConsumeAsync($"deaf{number}"));
        using var publisher = await AmqpSocket.OpenAsync(_broker.Port);

        var queues = _broker.Broker.VirtualHosts.Find("/")!.Queues.ToArray();
        while (!_broker.Broker.Alarms.IsSet)
        {
            await publisher.SendAsync(message);
            await publisher.SendAsync(1, new ChannelFlow(true));
            if ((await publisher.ReceiveAsync()).Method != ChannelFlowOk.Id)
                break; // the frame is connection.blocked: the alarm is set
            foreach (var queue in queues)
                // messages that do not fit into the outboxes stay in the queues; the purge removes them, so that only the outboxes can
                // raise the alarm
                Purge(queue);
        }
        foreach (var queue in queues)
            Purge(queue);
        _broker.Broker.Alarms.Check();
        Assert.That(_broker.Broker.Alarms.Reason, Is.EqualTo("low on memory"));
        Assert.That(_broker.Broker.Store.MemoryInUse, Is.LessThan(6 << 20));

        deaf.ForEach(socket => socket.Dispose());
        await Eventually.Holds(() => !_broker.Broker.Alarms.IsSet, () => $"{_broker.Broker.Memory.InUse} bytes are still counted");
    }

    [TestCase("a part of a body")]
    [TestCase("properties of 100 kB")]
    [TestCase("a transaction's publish")]
    [TestCase("a transaction's acknowledgement")]
    [TestCase("unacknowledged deliveries")]
    public async Task What_a_channel_holds_counts_until_it_closes(string held)
    {
        _broker = await BrokerInProcess.StartAsync();
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Port}"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync(1);
        var other = await client.OpenChannelAsync(2);
        await other.DeclareQueueAsync("q");
        long before = _broker.Broker.Memory.Held.Bytes;

        long atLeast = await HoldAsync(channel, other, held);
        Assert.That(_broker.Broker.Memory.Held.Bytes - before, Is.AtLeast(atLeast));

        if (!held.Contains("part"))
        {
            await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));
            Assert.That(_broker.Broker.Memory.Held.Bytes - before, Is.LessThan(1_000));
        }
        await client.DisposeAsync();
        await Eventually.Holds(() => _broker.Broker.Memory.Held.Bytes == 0, () => $"{_broker.Broker.Memory.Held.Bytes} bytes still count");
    }

    [Test]
    public async Task Connections_channels_consumers_queues_and_bindings_count_until_they_are_gone()
    {
        _broker = await BrokerInProcess.StartAsync();
        long before = _broker.Broker.Memory.InUse;
        long last = before;
        await using (var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Port}")))
        {
            await client.OpenAsync();
            await DemandMoreAsync("the connection");
            var channel = await client.OpenChannelAsync();
            await DemandMoreAsync("the channel");
            await channel.DeclareQueueAsync("q");
            await DemandMoreAsync("the queue");
            await channel.CallAsync<QueueBind, QueueBindOk>(new QueueBind("q", "amq.topic", "#", false, FieldTable.Empty));
            await DemandMoreAsync("the binding");
            await channel.CallAsync<ExchangeDeclare, ExchangeDeclareOk>(
                new ExchangeDeclare("x", "fanout", false, false, false, false, false, FieldTable.Empty));
            await DemandMoreAsync("the exchange");
            await channel.CallAsync<BasicConsume, BasicConsumeOk>(new BasicConsume("q", "c", false, true, false, false, FieldTable.Empty));
            await DemandMoreAsync("the consumer");
            await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel("c", false));
            await channel.CallAsync<QueueDelete, QueueDeleteOk>(new QueueDelete("q", false, false, false));
            await channel.CallAsync<ExchangeDelete, ExchangeDeleteOk>(new ExchangeDelete("x", false, false));
        }
        await Eventually.Holds(
            () => _broker.Broker.Memory.InUse == before,
            () => $"{_broker.Broker.Memory.InUse} instead of {before} bytes are counted");

        async Task DemandMoreAsync(string what)
        {
            // The broker may count the memory some time after it has answered. The test also waits until the outboxes are empty, because
            // their memory counts too.
            await Eventually.Holds(
                () => _broker.Connections.All.All(connection => connection.Outbox.Waiting == 0) && _broker.Broker.Memory.InUse > last,
                () => $"{what} is not counted");
            last = _broker.Broker.Memory.InUse;
        }
    }

    [Test]
    public async Task A_tiny_limit_that_is_set_at_run_time_raises_the_alarm_on_an_empty_broker()
    {
        _broker = await BrokerInProcess.StartAsync();
        long configured = _broker.Broker.Alarms.MemoryLimit;

        _broker.Broker.Alarms.SetMemoryLimit(1_000);
        Assert.That(_broker.Broker.Alarms.Reason, Is.EqualTo("low on memory"));
        _broker.Broker.Alarms.SetMemoryLimit(configured);
        Assert.That(_broker.Broker.Alarms.Reason, Is.Null);
    }

    [Test]
    public async Task A_tiny_limit_in_the_configuration_leaves_an_empty_broker_usable()
    {
        _broker = await BrokerInProcess.StartAsync("vm_memory_high_watermark.absolute = 2MiB");

        _broker.Broker.Alarms.Check();

        Assert.That(_broker.Broker.Alarms.Reason, Is.Null);
        _broker.Broker.Alarms.SetDiskLimit(MoreThanThereIs);
        Assert.That(_broker.Broker.Alarms.Reason, Is.EqualTo("low on disk"));
    }

    private static async Task<long> HoldAsync(RawChannel channel, RawChannel other, string held)
    {
        switch (held)
        {
            case "a part of a body":
                await channel.SendAsync(new BasicPublish("", "q", false, false));
                await channel.SendFrameAsync(FrameType.Header, Encoded.Header(200_000, Encoded.Properties(new())));
                await channel.SendFrameAsync(FrameType.Body, new byte[100_000]);
                await other.ExpectQuietAsync();
                return 100_000;
            case "properties of 100 kB":
                var headers = new FieldTable([new("large", FieldValue.FromString(new string('x', 100_000)))]);
                await channel.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
                await channel.PublishAsync("", "q", "", new() { Headers = headers });
                await channel.ExpectQuietAsync();
                return 100_000;
            case "a transaction's publish":
                await channel.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
                await channel.PublishAsync("", "q", new string('x', 10_000));
                await channel.ExpectQuietAsync();
                return 10_000;
            case "a transaction's acknowledgement":
                await other.PublishAsync("", "q", "x");
                await other.ExpectQuietAsync();
                await channel.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
                await channel.GetAsync("q", noAck: false);
                await channel.SendAsync(new BasicAck(1, false));
                await channel.ExpectQuietAsync();
                return 32;
            default:
                for (int number = 0; number < 100; number++)
                    await other.PublishAsync("", "q", "x");
                await other.ExpectQuietAsync();
                for (int number = 0; number < 100; number++)
                    await channel.GetAsync("q", noAck: false);
                return 4_000;
        }
    }

    private static void Purge(Queue queue) => queue.Purge();

    private async Task<AmqpSocket> ConsumeAsync(string queue)
    {
        var socket = await AmqpSocket.OpenAsync(_broker.Port);
        await socket.SendAsync(1, new QueueDeclare(queue, false, false, false, false, false, FieldTable.Empty));
        await socket.ExpectAsync<QueueDeclareOk>();
        await socket.SendAsync(1, new QueueBind(queue, "amq.fanout", "", false, FieldTable.Empty));
        await socket.ExpectAsync<QueueBindOk>();
        await socket.SendAsync(1, new BasicConsume(queue, "", false, true, false, false, FieldTable.Empty));
        await socket.ExpectAsync<BasicConsumeOk>();
        return socket;
    }
}
