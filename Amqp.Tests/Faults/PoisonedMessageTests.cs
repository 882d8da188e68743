using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Faults;

/// <summary>
/// If the broker cannot handle a message, the broker quarantines the message, keeps it on disk, and delivers the next messages.
/// </summary>
public class PoisonedMessageTests
{
    private static readonly Dictionary<string, object?>[] _kinds =
    [
        new(),
        new() { ["x-message-ttl"] = 600_000 },
        new() { ["x-message-ttl"] = 600_000, ["x-dead-letter-exchange"] = "amq.fanout" },
        new() { ["x-max-length"] = 10 },
        new() { ["x-max-length"] = 10, ["x-overflow"] = "reject-publish" },
        new() { ["x-queue-type"] = "quorum" },
        new() { ["x-single-active-consumer"] = true },
    ];

    [Test]
    public async Task A_consumer_gets_what_is_behind_it(
        [ValueSource(nameof(_kinds))] Dictionary<string, object?> arguments, [Values] bool isThereBefore)
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false, arguments);
        var received = new List<byte>();
        if (isThereBefore)
            await ConsumeAsync(channel, received);

        broker.Poison("q");
        await channel.BasicPublishAsync("", "q", new byte[] { 1 });
        broker.Poison("q");
        await channel.BasicPublishAsync("", "q", new byte[] { 2 });
        if (!isThereBefore)
            await ConsumeAsync(channel, received);

        await Eventually.Holds(() => received.Count == 2, () => $"{received.Count} messages arrived");
        await ExpectAsideAsync(broker, channel, 2);
    }

    [Test]
    public async Task A_get_finds_what_is_behind_it([ValueSource(nameof(_kinds))] Dictionary<string, object?> arguments)
    {
        if (arguments.ContainsKey("x-single-active-consumer"))
            return;
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false, arguments);
        broker.Poison("q");
        await channel.BasicPublishAsync("", "q", new byte[] { 1 });

        var message = await channel.BasicGetAsync("q", false);

        Assert.That(message!.Body.ToArray(), Is.EqualTo(new byte[] { 1 }));
        await ExpectAsideAsync(broker, channel, 1);
    }

    [Test]
    public async Task A_message_whose_bytes_cannot_be_read_for_no_foreseen_reason_is_put_aside()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        await channel.BasicPublishAsync("", "q", new byte[] { 1 });
        await channel.BasicPublishAsync("", "q", new byte[] { 2 });
        broker.Store.BeforeRead = message =>
        {
            if (message.Sequence == 1)
                throw new InvalidOperationException("a fault that a test put in");
        };

        Assert.That((await channel.BasicGetAsync("q", true))!.Body.ToArray(), Is.EqualTo(new byte[] { 2 }));
        Assert.That((await broker.HttpAsync("GET", "/queues/%2F/q")).Code, Is.EqualTo(200));
        await ExpectAsideAsync(broker, channel, 1);
    }

    [Test]
    public async Task A_message_that_cannot_be_dead_lettered_is_put_aside_and_the_others_are()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("dead", true, false, false);
        await channel.QueueDeclareAsync(
            "q",
            true,
            false,
            false,
            new Dictionary<string, object?> { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "dead" });
        for (byte i = 1; i <= 3; i++)
            await channel.BasicPublishAsync("", "q", new[] { i });
        broker.Store.Break("Append", broker.NumberOf("dead"));

        for (int i = 0; i < 3; i++)
            await channel.BasicRejectAsync((await channel.BasicGetAsync("q", false))!.DeliveryTag, false);

        await Eventually.Holds(() => broker.Queue("dead").Counts.Ready == 2, () => "the number of dead letters is not 2");
        await ExpectAsideAsync(broker, channel, 1);
        Assert.That(broker.Queue("q").Counts, Is.EqualTo((0L, 0L, 0)));
    }

    [Test]
    public async Task A_refused_message_that_cannot_be_dead_lettered_is_left_out_and_the_others_go()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("dead", true, false, false);
        await channel.QueueDeclareAsync("q", true, false, false, new Dictionary<string, object?>
        {
            ["x-max-length"] = 0,
            ["x-overflow"] = "reject-publish-dlx",
            ["x-dead-letter-exchange"] = "",
            ["x-dead-letter-routing-key"] = "dead",
        });
        broker.Store.Break("Append", broker.NumberOf("dead"));

        for (int i = 0; i < 3; i++)
            await Assert.ThrowsAsync<PublishException>(async () => await channel.BasicPublishAsync("", "q", new byte[1]));

        await Eventually.Holds(() => broker.Queue("dead").Counts.Ready == 2, () => "the number of dead letters is not 2");
        Assert.That(
            (broker.Queue("q").Faults.QuarantinedCount, broker.Queue("q").Faults.IsCrashed, broker.Faults.Total),
            Is.EqualTo((0, false, 1L)));
    }

    [Test]
    public async Task Dead_letters_that_cannot_be_settled_are_published_once_and_others_follow()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("dead", true, false, false);
        await channel.QueueDeclareAsync(
            "q",
            true,
            false,
            false,
            new Dictionary<string, object?> { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "dead" });
        for (byte i = 1; i <= 2; i++)
            await channel.BasicPublishAsync("", "q", new[] { i });
        broker.Store.Break("Settle", broker.NumberOf("q"));

        for (int i = 0; i < 2; i++)
            await channel.BasicRejectAsync((await channel.BasicGetAsync("q", false))!.DeliveryTag, false);

        await Eventually.Holds(() => broker.Queue("dead").Counts.Ready == 2, () => "the number of dead letters is not 2");
        Assert.That(
            (broker.Queue("q").Faults.IsCrashed, broker.Queue("q").DeadLetters.AreWaiting, broker.Faults.Total),
            Is.EqualTo((false, false, 1L)));
    }

    [Test]
    public async Task One_in_front_keeps_nobody_from_seeing_the_queue()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        broker.Poison("q");

        Assert.That((await broker.HttpAsync("GET", "/queues")).Code, Is.EqualTo(200));
        Assert.That((await broker.HttpAsync("GET", "/queues/%2F/q")).Code, Is.EqualTo(200));
        Assert.That((broker.Queue("q").Counts.Ready, broker.Faults.Total), Is.EqualTo((1L, 0L)));
    }

    [Test]
    public async Task With_too_many_of_them_the_queue_stops()
    {
        await using var broker = await FaultyBroker.StartAsync("queue.quarantine_limit = 2");
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        for (int i = 0; i < 10; i++)
            broker.Poison("q");

        await ConsumeAsync(channel, []);

        await Eventually.Holds(() => broker.Queue("q").Faults.IsCrashed, () => "the queue has not stopped");
        Assert.That((broker.Queue("q").Faults.QuarantinedCount, broker.Queue("q").Counts.Ready), Is.EqualTo((3, 7L)));
        Assert.That(channel.IsOpen);
        var refused = await broker.HttpAsync("PUT", "/queues/%2F/q/restart");
        Assert.That((refused.Code, refused.Body), Is.EqualTo((
            400,
            """{"error":"bad_request","reason":"queue 'q' in vhost '/' has 3 quarantined messages, of which 2 are allowed: return or drop some"}""")));
    }

    /// <summary>
    /// The broker fails to process messages when they expire, are delivered or are read. The queue stops when too many messages are
    /// quarantined.
    /// </summary>
    [Test]
    public async Task No_more_are_put_aside_than_may_be_and_one([Values] bool canBeRead, [Values] bool expires, [Values] bool isConsumed)
    {
        await using var broker = await FaultyBroker.StartAsync("queue.quarantine_limit = 2");
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync(
            "q", true, false, false, expires ? new Dictionary<string, object?> { ["x-message-ttl"] = 600_000 } : null);
        if (!canBeRead)
            broker.Store.BeforeRead = static _ => throw new InvalidOperationException("a fault that a test put in");
        for (int i = 0; i < 10; i++)
            broker.Poison("q");

        if (isConsumed && !broker.Queue("q").Faults.IsCrashed)
            await ConsumeAsync(channel, []);
        else if (!expires) // if the queue has a TTL, the expiry check has already read the messages
            Assert.That(await channel.BasicGetAsync("q", true), Is.Null);

        await Eventually.Holds(() => broker.Queue("q").Faults.IsCrashed, () => "the queue has not stopped");
        Assert.That(broker.Queue("q").Faults.QuarantinedCount, Is.EqualTo(3));
        Assert.That(
            broker.Faults.Recent.Select(fault => fault.Error.GetType()),
            Has.Exactly(1).EqualTo(typeof(QuarantineFullException)),
            "only their number has stopped the queue");
    }

    [Test]
    public async Task Dead_letters_of_a_queue_that_has_stopped_wait_for_its_restart()
    {
        await using var broker = await FaultyBroker.StartAsync("queue.quarantine_limit = 0");
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("dead", true, false, false);
        await channel.QueueDeclareAsync(
            "q",
            true,
            false,
            false,
            new Dictionary<string, object?> { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "dead" });
        for (byte i = 1; i <= 3; i++)
            await channel.BasicPublishAsync("", "q", new[] { i });
        var tags = new List<ulong>();
        for (int i = 0; i < 3; i++)
            tags.Add((await channel.BasicGetAsync("q", false))!.DeliveryTag);
        broker.Store.Break("Append", broker.NumberOf("dead"), once: false);

        foreach (ulong tag in tags)
            await channel.BasicRejectAsync(tag, false);

        await Eventually.Holds(
            () => broker.Queue("q").Faults.IsCrashed && broker.Queue("q").Counts.Unacknowledged == 0,
            () => "the queue has not stopped");
        Assert.That(broker.Queue("q").Faults.QuarantinedCount, Is.EqualTo(1));
    }

    private static async Task ExpectAsideAsync(FaultyBroker broker, IChannel channel, int count)
    {
        Assert.That(channel.IsOpen);
        Assert.That((broker.Queue("q").Faults.QuarantinedCount, broker.Queue("q").Faults.IsCrashed), Is.EqualTo((count, false)));
        Assert.That(
            (broker.Faults.Count(Compartment.Queue), broker.Faults.Total),
            Is.EqualTo(((long)count, (long)count)),
            string.Join('\n', broker.Faults.Recent));
        Assert.That((await broker.HttpAsync("GET", "/queues/%2F/q")).Body, Does.Contain($"\"messages_quarantined\":{count}"));
    }

    private static async Task ConsumeAsync(IChannel channel, List<byte> received)
    {
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            received.Add(delivery.Body.Span[0]);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync("q", autoAck: true, consumer);
    }
}
