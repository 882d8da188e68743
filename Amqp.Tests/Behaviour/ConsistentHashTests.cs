using System.Globalization;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>
/// An exchange of type x-consistent-hash routes all messages with the same key to the same queue. The broker chooses the queue.
/// </summary>
public class ConsistentHashTests : BehaviourTests
{
    private const int Messages = 600;

    [Test]
    public async Task Each_message_goes_to_one_queue_and_each_queue_gets_some()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash");
        string[] queues = await BindQueuesAsync(channel, exchange, "1", "1", "1");

        await PublishAsync(channel, exchange, number => new($"key {number}"));

        var counts = await channel.CountMessagesAsync(queues, Messages);
        Assert.That(counts.Sum(), Is.EqualTo(Messages));
        Assert.That(counts, Has.All.GreaterThan(Messages / 6));
    }

    [Test]
    public async Task A_queue_gets_as_large_a_share_as_its_weight()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash");
        string[] queues = await BindQueuesAsync(channel, exchange, "1", "4");

        await PublishAsync(channel, exchange, number => new($"key {number}"));

        var counts = await channel.CountMessagesAsync(queues, Messages);
        Assert.That(counts.Sum(), Is.EqualTo(Messages));
        Assert.That(counts[1], Is.GreaterThan(2 * counts[0]));
    }

    [Test]
    public async Task Messages_of_one_key_go_one_way()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash");
        string[] queues = await BindQueuesAsync(channel, exchange, "1", "2", "3");

        await PublishAsync(channel, exchange, number => new("always", new() { MessageId = $"{number}" }));

        Assert.That(await channel.CountMessagesAsync(queues, Messages), Is.EquivalentTo([0, 0, Messages]));
    }

    [Test]
    public async Task A_destination_that_comes_takes_its_share_and_nothing_else_moves()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash");
        string[] queues = await BindQueuesAsync(channel, exchange, "1", "1");
        await PublishAsync(channel, exchange, number => new($"{number}"));
        await channel.CountMessagesAsync(queues, Messages);
        var before = new[] { await TakeKeysAsync(channel, queues[0]), await TakeKeysAsync(channel, queues[1]) };

        string[] added = await BindQueuesAsync(channel, exchange, "1");
        await PublishAsync(channel, exchange, number => new($"{number}"));

        await channel.CountMessagesAsync([.. queues, .. added], Messages);
        Assert.That(await TakeKeysAsync(channel, queues[0]), Is.SubsetOf(before[0]));
        Assert.That(await TakeKeysAsync(channel, queues[1]), Is.SubsetOf(before[1]));
    }

    [TestCase("correlation_id")]
    [TestCase("message_id")]
    [TestCase("timestamp")]
    public async Task A_property_can_take_the_key_s_place(string property)
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash", Table("hash-property", FieldValue.FromString(property)));
        string[] queues = await BindQueuesAsync(channel, exchange, "1", "1");

        await PublishAsync(channel, exchange, number => new("same", property switch
        {
            "correlation_id" => new() { CorrelationId = $"{number}" },
            "message_id" => new() { MessageId = $"{number}" },
            _ => new() { Timestamp = (ulong)number },
        }));

        Assert.That(await channel.CountMessagesAsync(queues, Messages), Has.All.GreaterThan(Messages / 6));
    }

    [Test]
    public async Task A_header_can_take_the_key_s_place()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash", Table("hash-header", FieldValue.FromString("h")));
        string[] queues = await BindQueuesAsync(channel, exchange, "1", "1");

        await PublishAsync(channel, exchange, number => new("same", new() { Headers = Table("h", FieldValue.FromInt32(number)) }));

        Assert.That(await channel.CountMessagesAsync(queues, Messages), Has.All.GreaterThan(Messages / 6));
    }

    [TestCase("hash-header", "h")]
    [TestCase("hash-property", "message_id")]
    public async Task Messages_without_it_all_go_one_way(string argument, string value)
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash", Table(argument, FieldValue.FromString(value)));
        string[] queues = await BindQueuesAsync(channel, exchange, "1", "1", "1");

        await PublishAsync(channel, exchange, number => new($"{number}", new() { Headers = Table("other", FieldValue.FromInt32(number)) }));

        Assert.That(await channel.CountMessagesAsync(queues, Messages), Is.EquivalentTo([0, 0, Messages]));
    }

    [Test]
    public async Task A_second_binding_of_a_queue_does_not_count()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash");
        string[] queues = await BindQueuesAsync(channel, exchange, "1", "1");
        await channel.BindQueueAsync(queues[0], exchange, "1000");

        await PublishAsync(channel, exchange, number => new($"key {number}"));

        Assert.That(await channel.CountMessagesAsync(queues, Messages), Has.All.GreaterThan(Messages / 6));
    }

    [Test]
    public async Task A_queue_stays_for_as_long_as_one_of_its_bindings()
    {
        await SkipOnRabbitMqAsync("RabbitMQ removes the queue with the first of its bindings that is removed.");
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash");
        string[] queues = await BindQueuesAsync(channel, exchange, "1");
        await channel.BindQueueAsync(queues[0], exchange, "2");

        await channel.UnbindQueueAsync(queues[0], exchange, "1");
        await channel.PublishAsync(exchange, "k", "hello");

        await channel.GetAsync(queues[0]);
    }

    [Test]
    public async Task What_is_unbound_gets_nothing_any_more()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash");
        string[] queues = await BindQueuesAsync(channel, exchange, "3", "5");

        await channel.UnbindQueueAsync(queues[0], exchange, "3");
        await PublishAsync(channel, exchange, number => new($"key {number}"));

        Assert.That(await channel.CountMessagesAsync(queues, Messages), Is.EqualTo([0, Messages]));
    }

    [Test]
    public async Task Without_bindings_a_mandatory_message_comes_back()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash");

        await channel.PublishAsync(exchange, "k", "hello", mandatory: true);

        await channel.ExpectMessageAsync<BasicReturn>();
    }

    [Test]
    public async Task An_exchange_may_be_chosen_too()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash"), next = await DeclareExchangeAsync(channel, "fanout");
        string queue = await DeclareQueueAsync(channel);
        await channel.BindExchangeAsync(next, exchange, "1");
        await channel.BindQueueAsync(queue, next);

        await channel.PublishAsync(exchange, "k", "hello");

        await channel.GetAsync(queue);
    }

    [Test]
    public async Task It_chooses_once_for_all_the_keys_of_a_message()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash");
        string[] queues = await BindQueuesAsync(channel, exchange, "1", "1", "1");
        var copies = FieldValue.FromArray([.. Enumerable.Range(0, 20).Select(number => FieldValue.FromString($"copy {number}"))]);

        await channel.PublishAsync(exchange, "k", "hello", new() { Headers = Table("CC", copies) });

        Assert.That(await channel.CountMessagesAsync(queues, 1), Is.EquivalentTo([0, 0, 1]));
    }

    [TestCase("", "an integer: <<>>")]
    [TestCase("abc", "an integer: <<\"abc\">>")]
    [TestCase("1.5", "an integer: <<\"1.5\">>")]
    [TestCase(" 1", "an integer: <<\" 1\">>")]
    [TestCase("a\"b\\c", "an integer: <<\"a\\\"b\\\\c\">>")]
    [TestCase("é", "an integer: <<\"é\">>")]
    [TestCase("a\u0001", "an integer: <<97,1>>")]
    [TestCase("0", "greater than 0")]
    [TestCase("-1", "greater than 0")]
    public async Task A_binding_key_that_is_no_weight_is_refused(string key, string text)
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash"), queue = await DeclareQueueAsync(channel);

        await channel.SendAsync(new QueueBind(queue, exchange, key, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.PreconditionFailed, $"PRECONDITION_FAILED - The binding key must be {text}", QueueBind.Id);
    }

    [TestCase("+3")]
    [TestCase("007")]
    public async Task A_weight_may_have_a_sign_and_zeros(string key)
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-consistent-hash");

        await BindQueuesAsync(channel, exchange, key);
    }

    [Test]
    public async Task A_property_that_cannot_be_hashed_is_refused()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(Declare(Table("hash-property", FieldValue.FromString("app_id"))));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - Unsupported property: app_id", ExchangeDeclare.Id);
    }

    [Test]
    public async Task A_header_and_a_property_at_once_are_refused()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(
            Declare(Table("hash-header", FieldValue.FromString("h")).With("hash-property", FieldValue.FromString("app_id"))));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - hash-header and hash-property are mutually exclusive", ExchangeDeclare.Id);
    }

    private ExchangeDeclare Declare(FieldTable arguments) =>
        new(NewExchangeName(), "x-consistent-hash", false, false, false, false, false, arguments);

    private static async Task<string[]> BindQueuesAsync(RawChannel channel, string exchange, params string[] weights)
    {
        string[] queues = new string[weights.Length];
        for (int i = 0; i < queues.Length; i++)
        {
            queues[i] = await DeclareQueueAsync(channel);
            await channel.BindQueueAsync(queues[i], exchange, weights[i]);
        }
        return queues;
    }

    private static async Task PublishAsync(RawChannel channel, string exchange, Func<int, Publication> publication)
    {
        for (int number = 0; number < Messages; number++)
        {
            var (key, properties) = publication(number);
            await channel.PublishAsync(exchange, key, "", properties);
        }
    }

    private static async Task<List<int>> TakeKeysAsync(RawChannel channel, string queue)
    {
        var keys = new List<int>();
        for (uint left = (await channel.LookUpQueueAsync(queue)).MessageCount; left > 0; left--)
            keys.Add(int.Parse((await channel.GetAsync(queue)).Method.RoutingKey, CultureInfo.InvariantCulture));
        return keys;
    }

    private sealed record Publication(string Key, BasicProperties? Properties = null);
}
