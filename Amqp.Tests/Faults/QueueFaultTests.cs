using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using BasicProperties = RabbitMQ.Client.BasicProperties;

namespace Amqp.Tests.Faults;

/// <summary>
/// If the state of a queue is broken, the queue stops, reports the fault, and keeps its messages. Other queues are not affected.
/// </summary>
public class QueueFaultTests
{
    private const string Text = "NOT_FOUND - queue 'broken' in vhost '/' has crashed and failed to restart";

    [Test]
    public async Task A_drain_that_fails_harms_neither_the_publisher_nor_other_queues()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var publisher = await broker.ChannelAsync();
        string own = (await publisher.QueueDeclareAsync("", false, exclusive: true, false)).QueueName;
        await DeclareBoundAsync(publisher, "broken", "sound");
        var (consumer, cancelled, _) = await ConsumeAsync(broker, "broken");
        broker.Store.Break("NoteDelivered", broker.NumberOf("broken"));

        await publisher.BasicPublishAsync("amq.fanout", "", Encoding.UTF8.GetBytes("1"));

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(broker.Faults.Count(Compartment.Queue), Is.EqualTo(1));
        Assert.That(broker.Faults.Recent[0].Place, Is.EqualTo("queue 'broken' in vhost '/'"));
        Assert.That(publisher.IsOpen && consumer.IsOpen);
        Assert.That((await publisher.BasicGetAsync("sound", true))!.Body.ToArray(), Is.EqualTo("1"u8.ToArray()));
        await publisher.BasicPublishAsync("", own, new byte[1]);
        Assert.That(await publisher.BasicGetAsync(own, true), Is.Not.Null);
    }

    [Test]
    public async Task A_crashed_queue_comes_back_with_everything_stored()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var publisher = await broker.ChannelAsync();
        await DeclareBoundAsync(publisher, "broken");
        var (consumer, cancelled, before) = await ConsumeAsync(broker, "broken", prefetch: 2);
        for (int i = 0; i < 3; i++)
            await publisher.BasicPublishAsync("amq.fanout", "", new[] { (byte)i });
        await Eventually.Holds(() => before.Count == 2, () => $"{before.Count} messages arrived");
        broker.Store.Break("Settle", broker.NumberOf("broken"));
        await consumer.BasicAckAsync(1, false); // crashes the queue
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await consumer.CloseAsync(); // the crashed queue cannot requeue the unacknowledged messages
        await Eventually.Holds(() => broker.Queue("broken").Counts.Unacknowledged == 0, () => "");

        Assert.That((await broker.HttpAsync("PUT", "/queues/%2F/broken/restart")).Code, Is.EqualTo(204));

        Assert.That(broker.Queue("broken").Counts.Ready, Is.EqualTo(2));
        var (_, _, received) = await ConsumeAsync(broker, "broken");
        await Eventually.Holds(() => received.Count == 2, () => $"{received.Count} messages arrived");
        Assert.That(received.Select(body => body[0]), Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That(broker.Faults.Total, Is.EqualTo(1));
        Assert.That(broker.Queue("broken").Faults.Restart(new DispatchRound()), Is.False);
    }

    [Test]
    public async Task A_queue_that_cannot_take_a_message_stops_with_what_it_has()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("broken", true, false, false, new Dictionary<string, object?> { ["x-max-priority"] = 2 });
        var queue = broker.Queue("broken");
        await channel.BasicPublishAsync("", "broken", new byte[1]);

        broker.Poison("broken", priority: 200); // a priority of 200 is above the maximum of the queue

        Assert.That(queue.Faults.IsCrashed);
        Assert.That(broker.Faults.Count(Compartment.Queue), Is.EqualTo(1));
        Assert.That(queue.Counts.Ready, Is.EqualTo(1));
        Assert.That(channel.IsOpen);
    }

    [Test]
    public async Task A_message_that_could_not_be_returned_is_there_once_after_a_restart(
        [Values] bool hasLimit, [Values] bool isRestartedFirst)
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        if (hasLimit)
            arguments["x-delivery-limit"] = 5;
        await channel.QueueDeclareAsync("broken", true, false, false, arguments);
        await channel.BasicPublishAsync("", "broken", false, new BasicProperties { Persistent = true }, new byte[1]);
        ulong tag = (await channel.BasicGetAsync("broken", false))!.DeliveryTag;
        broker.Store.Break("Settle", broker.NumberOf("broken"));

        await channel.BasicNackAsync(tag, false, requeue: true);

        await Eventually.Holds(() => broker.Queue("broken").Faults.IsCrashed, () => "the queue has not stopped");
        if (isRestartedFirst)
        {
            broker.Queue("broken").Faults.Restart(new DispatchRound());
            Assert.That(broker.Queue("broken").Counts.Ready, Is.EqualTo(1));
        }
        await broker.RestartAsync();
        Assert.That(broker.Queue("broken").Counts.Ready, Is.EqualTo(1));
    }

    [Test]
    public async Task Others_have_their_turn_while_a_quorum_queue_takes_much_back()
    {
        const int count = 400;
        await using var broker = await FaultyBroker.StartAsync();
        await using var client = await RawClient.DialAsync(new Uri($"amqp://guest:guest@127.0.0.1:{broker.Broker.Port}/%2F"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareQueueAsync(
            "q", durable: true, arguments: FieldTable.Empty.With("x-queue-type", FieldValue.FromString("quorum")));
        for (int i = 0; i < count; i++)
            await channel.PublishAsync("", "q", "", new() { DeliveryMode = 2 });
        for (int i = 0; i < count; i++)
            await channel.GetAsync("q", noAck: false);
        var queue = broker.Queue("q");
        int stored = 0, seen = 0;
        var other = new Thread(() =>
        {
            if (queue.Counts.Consumers == 0) // reading the count takes the queue's lock, and so waits for the thread that holds the lock
                Volatile.Write(ref seen, Volatile.Read(ref stored));
        });
        broker.Store.Before = (call, _) =>
        {
            if (call != "Append")
                return;
            if (Interlocked.Increment(ref stored) == 1)
                other.Start();
            Thread.Sleep(1); // simulates a slow disk
        };

        await channel.SendAsync(new BasicRecover(Requeue: true));
        await channel.ExpectAsync<BasicRecoverOk>();

        other.Join();
        Assert.That(queue.Counts.Ready, Is.EqualTo(count));
        Assert.That(seen, Is.Positive.And.LessThan(count));
    }

    [Test]
    public async Task A_drain_that_fails_on_the_thread_pool_harms_nobody()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await DeclareBoundAsync(channel, "broken");
        var published = new List<Task>();
        for (int i = 0; i < 5_000; i++)
            published.Add(channel.BasicPublishAsync("amq.fanout", "", new byte[1]).AsTask());
        await Task.WhenAll(published);
        int runs = 0;
        uint number = broker.NumberOf("broken");
        broker.Store.Before = (call, about) =>
        {
            // The queue delivers 128 messages at a time. A thread of the pool makes the 20th of these runs.
            if (call == "NoteDelivered" && about == number && Interlocked.Increment(ref runs) == 20)
                throw new InvalidOperationException("a fault that a test put in");
        };

        var (_, cancelled, _) = await ConsumeAsync(broker, "broken");

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(broker.Faults.Count(Compartment.Queue), Is.EqualTo(1));
        Assert.That(channel.IsOpen);
    }

    [Test]
    public async Task A_crashed_queue_answers_as_RabbitMQs_does()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await DeclareBoundAsync(channel, "broken", "sound");
        var (_, cancelled, _) = await ConsumeAsync(broker, "broken");
        broker.Store.Break("NoteDelivered", broker.NumberOf("broken"));
        await channel.BasicPublishAsync("", "broken", new byte[1]);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));

        foreach (var refused in new Func<IChannel, Task>[]
                 {
                     each => each.QueueDeclarePassiveAsync("broken"),
                     each => each.QueueDeclareAsync("broken", true, false, false),
                     each => each.BasicGetAsync("broken", true),
                     each => each.BasicConsumeAsync("broken", true, new AsyncEventingBasicConsumer(each)),
                     each => each.QueuePurgeAsync("broken"),
                 })
        {
            var other = await broker.ChannelAsync();
            var error = await Assert.ThrowsAsync<OperationInterruptedException>(() => refused(other));
            Assert.That((error!.ShutdownReason!.ReplyCode, error.ShutdownReason.ReplyText), Is.EqualTo(((ushort)404, Text)));
        }
        // the broker refuses the message by basic.nack
        await Assert.ThrowsAsync<PublishException>(async () => await channel.BasicPublishAsync("", "broken", new byte[1]));
        await channel.QueueBindAsync("broken", "amq.direct", "k");
        await channel.QueueUnbindAsync("broken", "amq.direct", "k");
        Assert.That((await broker.HttpAsync("GET", "/queues/%2F/broken")).Body, Does.Contain("\"state\":\"crashed\""));
        Assert.That(await channel.QueueDeleteAsync("broken"), Is.Zero);
        await channel.QueueDeclareAsync("broken", false, false, false);
        await channel.BasicPublishAsync("", "broken", new byte[1]);
        Assert.That((await channel.BasicGetAsync("sound", true)), Is.Null, "no message is in another queue");
    }

    private static async Task DeclareBoundAsync(IChannel channel, params string[] queues)
    {
        foreach (string queue in queues)
        {
            await channel.QueueDeclareAsync(queue, true, false, false);
            await channel.QueueBindAsync(queue, "amq.fanout", "");
        }
    }

    /// <summary>Starts a consumer on a connection of its own. The consumer acknowledges no message.</summary>
    private static async Task<(IChannel Channel, TaskCompletionSource Cancelled, List<byte[]> Received)> ConsumeAsync(
        FaultyBroker broker, string queue, ushort prefetch = 0)
    {
        var channel = await broker.ChannelAsync();
        await channel.BasicQosAsync(0, prefetch, false);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var received = new List<byte[]>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            lock (received)
                received.Add(delivery.Body.ToArray());
            return Task.CompletedTask;
        };
        consumer.UnregisteredAsync += (_, _) =>
        {
            cancelled.TrySetResult();
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
        return (channel, cancelled, received);
    }
}
