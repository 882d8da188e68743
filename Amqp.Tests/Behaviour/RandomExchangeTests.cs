using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>The exchange types x-random, x-local-random and x-modulus-hash route each message to a single binding.</summary>
public class RandomExchangeTests : BehaviourTests
{
    private const int Messages = 200;

    [TestCase("x-random")]
    [TestCase("x-modulus-hash")]
    [TestCase("x-local-random")]
    public async Task Each_message_goes_to_one_queue_and_each_queue_gets_some(string type)
    {
        await SkipLocalRandomAsync(type);
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, type);
        string[] queues = [await BindAsync(channel, exchange), await BindAsync(channel, exchange), await BindAsync(channel, exchange)];
        var copies = FieldValue.FromArray([FieldValue.FromString("one"), FieldValue.FromString("two")]);

        for (int number = 0; number < Messages; number++)
            await channel.PublishAsync(exchange, $"key {number}", "", new() { Headers = Table("CC", copies) });

        var counts = await channel.CountMessagesAsync(queues, Messages);
        Assert.That(counts.Sum(), Is.EqualTo(Messages));
        Assert.That(counts, Has.All.GreaterThan(Messages / 10));
    }

    [TestCase("x-random")]
    [TestCase("x-modulus-hash")]
    [TestCase("x-consistent-hash")]
    public async Task One_that_is_declared_anew_under_its_name_is_another(string type)
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, type);
        string old = await DeclareQueueAsync(channel), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(old, exchange, "1");
        await channel.PublishAsync(exchange, "k", "to the old one");
        await channel.GetAsync(old);

        await channel.DeleteExchangeAsync(exchange);
        await channel.DeclareExchangeAsync(exchange, "fanout");
        await channel.BindQueueAsync(queue, exchange, "");
        await channel.PublishAsync(exchange, "k", "to the new one");

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("to the new one"));
        await channel.ExpectEmptyAsync(old);
        await channel.DeleteExchangeAsync(exchange);
        await channel.PublishAsync(exchange, "k");
        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no exchange '{exchange}' in vhost '/'", BasicPublish.Id);
    }

    [Test]
    public async Task Modulus_hash_sends_one_key_one_way()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-modulus-hash");
        string[] queues = [await BindAsync(channel, exchange), await BindAsync(channel, exchange), await BindAsync(channel, exchange)];

        for (int number = 0; number < Messages; number++)
            await channel.PublishAsync(exchange, "always", $"{number}");

        Assert.That(await channel.CountMessagesAsync(queues, Messages), Is.EquivalentTo([0, 0, Messages]));
    }

    [TestCase("x-random")]
    [TestCase("x-modulus-hash")]
    [TestCase("x-local-random")]
    public async Task Without_bindings_a_mandatory_message_comes_back(string type)
    {
        await SkipLocalRandomAsync(type);
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, type);
        string queue = await BindAsync(channel, exchange);
        await channel.UnbindQueueAsync(queue, exchange);

        await channel.PublishAsync(exchange, "k", "hello", mandatory: true);

        await channel.ExpectMessageAsync<BasicReturn>();
    }

    [Test]
    public async Task Local_random_takes_no_binding_keys()
    {
        await SkipLocalRandomAsync("x-local-random");
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-local-random"), queue = await DeclareQueueAsync(channel);

        await channel.SendAsync(new QueueBind(queue, exchange, "k", false, FieldTable.Empty));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - Non empty binding 'k' key not permitted", QueueBind.Id);
    }

    [Test]
    public async Task Local_random_leads_to_queues_only()
    {
        await SkipLocalRandomAsync("x-local-random");
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-local-random"), other = await DeclareExchangeAsync(channel, "fanout");

        await channel.SendAsync(new ExchangeBind(other, exchange, "", false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - Destination not found", ExchangeBind.Id);
    }

    [Test]
    public async Task Local_random_leads_to_classic_queues_only()
    {
        await SkipLocalRandomAsync("x-local-random");
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-local-random"), queue = NewQueueName();
        await channel.DeclareQueueAsync(queue, durable: true, arguments: Table("x-queue-type", FieldValue.FromString("quorum")));

        await channel.SendAsync(new QueueBind(queue, exchange, "", false, FieldTable.Empty));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            "PRECONDITION_FAILED - Queue type rabbit_quorum_queue not valid for this exchange type",
            QueueBind.Id);
    }

    private static Task SkipLocalRandomAsync(string type) =>
        type == "x-local-random" ? SkipOnRabbitMqAsync("RabbitMQ has x-local-random since 4.0.") : Task.CompletedTask;

    private static async Task<string> BindAsync(RawChannel channel, string exchange)
    {
        string queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange);
        return queue;
    }
}
