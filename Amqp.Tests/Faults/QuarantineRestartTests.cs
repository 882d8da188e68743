using Amqp.Server.Broker.Definitions;
using Amqp.Storage.Catalog;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Faults;

/// <summary>A quarantined message stays quarantined after restarts, as long as the message and its queue exist.</summary>
public class QuarantineRestartTests
{
    private static readonly Dictionary<string, object?>[] _kinds =
    [
        new(),
        new() { ["x-message-ttl"] = 600_000, ["x-dead-letter-exchange"] = "amq.fanout" },
        new() { ["x-max-length"] = 10 },
        new() { ["x-max-priority"] = 2 },
        new() { ["x-queue-type"] = "quorum" },
        new() { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 5 },
    ];

    [Test]
    public async Task A_quarantined_message_stays_quarantined_and_all_others_are_served(
        [ValueSource(nameof(_kinds))] Dictionary<string, object?> arguments)
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false, arguments);
        await PublishAsync(channel, 1);
        broker.Poison("q");
        await PublishAsync(channel, 2);
        await PublishAsync(channel, 3);
        Assert.That((await channel.BasicGetAsync("q", true))!.Body.ToArray(), Is.EqualTo(new byte[] { 1 }));
        Assert.That((await channel.BasicGetAsync("q", true))!.Body.ToArray(), Is.EqualTo(new byte[] { 2 }));

        for (int restart = 0; restart < 2; restart++)
        {
            await broker.RestartAsync();
            Assert.That((broker.Queue("q").Faults.QuarantinedCount, broker.Queue("q").Counts.Ready), Is.EqualTo((1, 1L)));
        }

        channel = await broker.ChannelAsync();
        Assert.That((await channel.BasicGetAsync("q", true))!.Body.ToArray(), Is.EqualTo(new byte[] { 3 }));
        Assert.That(await channel.BasicGetAsync("q", true), Is.Null);
        Assert.That((broker.Queue("q").Faults.QuarantinedCount, broker.Faults.Total), Is.EqualTo((1, 0L)));
        Assert.That((await broker.HttpAsync("GET", "/queues/%2F/q")).Body, Does.Contain("\"messages_quarantined\":1"));
    }

    [Test]
    public async Task In_every_place_that_a_queue_has_in_the_store_they_do()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false, new Dictionary<string, object?> { ["x-max-priority"] = 2 });
        for (byte priority = 0; priority <= 2; priority++)
            await PublishAsync(channel, priority, priority);
        broker.Store.BeforeRead = static _ => throw new InvalidOperationException("a fault that a test put in");
        Assert.That(await channel.BasicGetAsync("q", true), Is.Null);
        Assert.That(broker.Queue("q").Faults.QuarantinedCount, Is.EqualTo(3));

        await broker.RestartAsync();

        Assert.That((broker.Queue("q").Faults.QuarantinedCount, broker.Queue("q").Counts.Ready), Is.EqualTo((3, 0L)));
    }

    [Test]
    public async Task A_message_that_outlives_no_restart_is_gone_with_it()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        await channel.BasicPublishAsync("", "q", new byte[1]);
        broker.Store.BeforeRead = static _ => throw new InvalidOperationException("a fault that a test put in");
        Assert.That(await channel.BasicGetAsync("q", true), Is.Null);

        Assert.That((broker.Queue("q").Faults.QuarantinedCount, broker.QuarantineEntries), Is.EqualTo((1, 0)));
        await broker.RestartAsync();

        Assert.That((broker.Queue("q").Faults.QuarantinedCount, broker.Queue("q").Counts.Ready), Is.EqualTo((0, 0L)));
    }

    [Test]
    public async Task A_purge_leaves_what_is_quarantined_and_a_deletion_leaves_nothing([Values] bool isRestarted)
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        broker.Poison("q");
        broker.Poison("q");
        Assert.That(await channel.BasicGetAsync("q", true), Is.Null);
        await PublishAsync(channel, 1);
        Assert.That(broker.QuarantineEntries, Is.EqualTo(2));
        if (isRestarted)
        {
            await broker.RestartAsync();
            channel = await broker.ChannelAsync();
        }

        Assert.That(await channel.QueuePurgeAsync("q"), Is.EqualTo(1));
        Assert.That(broker.Queue("q").Faults.QuarantinedCount, Is.EqualTo(2));
        await channel.QueueDeleteAsync("q");

        Assert.That(broker.QuarantineEntries, Is.Zero);
        await channel.QueueDeclareAsync("q", true, false, false);
        await broker.RestartAsync();
        Assert.That((broker.Queue("q").Faults.QuarantinedCount, broker.Queue("q").Counts.Ready), Is.EqualTo((0, 0L)));
    }

    [Test]
    public async Task An_entry_without_its_message_is_dropped_at_the_start()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        broker.Host.Services.Quarantine.Save(new MessagePlace(broker.NumberOf("q"), 1), default);
        broker.Host.Services.Quarantine.Save(new MessagePlace(9_999, 1), default);

        await broker.RestartAsync();

        Assert.That(broker.QuarantineEntries, Is.Zero);
        channel = await broker.ChannelAsync();
        await PublishAsync(channel, 1); // the new message gets sequence number 1, which the dropped message also had
        await broker.RestartAsync();
        Assert.That((broker.Queue("q").Faults.QuarantinedCount, broker.Queue("q").Counts.Ready), Is.EqualTo((0, 1L)));
    }

    [Test]
    public async Task What_cannot_be_written_down_is_said_and_tried_again_after_the_restart()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        broker.Poison("q");
        Assert.That(await channel.BasicGetAsync("q", true), Is.Null);
        ((FileCatalog)broker.Broker.Broker.Catalog).Fail(new StoreFailedException("a fault that a test put in"));
        broker.Poison("q");

        Assert.That(await channel.BasicGetAsync("q", true), Is.Null);
        Assert.That(broker.Queue("q").Faults.DropQuarantined(broker.Queue("q").Faults.Quarantined[0].Place));

        uint number = broker.NumberOf("q");
        Assert.That(
            broker.Broker.Log,
            Has.Exactly(1).Contains($"Message {number}-2 of queue 'q' in vhost '/' is quarantined, but the record cannot be stored"));
        Assert.That(
            broker.Broker.Log,
            Has.Exactly(1)
                .Contains($"Message {number}-1 of queue 'q' in vhost '/' is no longer quarantined, but its record cannot be deleted"));
        Assert.That((broker.Queue("q").Faults.QuarantinedCount, broker.Queue("q").Faults.IsCrashed), Is.EqualTo((1, false)));
        await broker.RestartAsync();
        Assert.That(
            (broker.Queue("q").Faults.QuarantinedCount, broker.Queue("q").Counts.Ready, broker.QuarantineEntries),
            Is.EqualTo((0, 1L, 0)));
    }

    [Test]
    public async Task A_queue_with_too_many_of_them_is_crashed_after_the_restart_too()
    {
        await using var broker = await FaultyBroker.StartAsync("queue.quarantine_limit = 2");
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        for (int i = 0; i < 10; i++)
            broker.Poison("q");
        Assert.That(await channel.BasicGetAsync("q", true), Is.Null);

        await broker.RestartAsync();

        Assert.That(
            (broker.Queue("q").Faults.IsCrashed, broker.Queue("q").Faults.QuarantinedCount, broker.Queue("q").Counts.Ready),
            Is.EqualTo((true, 3, 7L)));
        Assert.That(broker.Faults.Total, Is.Zero);
    }

    [Test]
    public async Task A_message_that_waits_in_an_exchange_stays_quarantined_too()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        await channel.ExchangeDeclareAsync(
            "x", "x-delayed-message", true, false, new Dictionary<string, object?> { ["x-delayed-type"] = "fanout" });
        await channel.QueueBindAsync("q", "x", "");
        broker.Store.Break("Append", broker.NumberOf("q"));
        for (int i = 0; i < 3; i++)
            await channel.BasicPublishAsync(
                "x",
                "",
                false,
                new BasicProperties { Persistent = true, Headers = new Dictionary<string, object?> { ["x-delay"] = 1 } },
                new byte[1]);
        await Eventually.Holds(() => broker.Queue("q").Counts.Ready == 2, () => $"{broker.Queue("q").Counts.Ready} came");
        Assert.That(broker.QuarantineEntries, Is.EqualTo(1));

        await broker.RestartAsync();

        Assert.That((broker.QuarantineEntries, broker.Queue("q").Counts.Ready), Is.EqualTo((1, 2L)));
        Assert.That(
            DefinitionKey.OfQuarantined(new MessagePlace(0x1234, 0x56)),
            Is.EqualTo("quarantined/00001234/0000000000000056"),
            "the key in docs/store-format.md");
        channel = await broker.ChannelAsync();
        await channel.ExchangeDeleteAsync("x");
        Assert.That(broker.QuarantineEntries, Is.Zero);
    }

    private static async Task PublishAsync(IChannel channel, byte body, byte priority = 0) =>
        await channel.BasicPublishAsync("", "q", false, new BasicProperties { Persistent = true, Priority = priority }, new[] { body });
}
