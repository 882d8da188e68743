using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>An exchange of type x-recent-history keeps its last messages, and routes them to each new binding.</summary>
public class RecentHistoryTests : BehaviourTests
{
    [Test]
    public async Task It_routes_to_every_binding_whatever_the_key()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareHistoryAsync(channel, 3), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, "some key");

        await channel.PublishAsync(exchange, "another", "hello");

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("hello"));
    }

    [Test]
    public async Task A_queue_that_is_bound_late_gets_the_last_messages_as_they_were()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareHistoryAsync(channel, 3), queue = await DeclareQueueAsync(channel);
        foreach (int number in Enumerable.Range(1, 5))
            await channel.PublishAsync(
                exchange, $"key {number}", $"{number}", new() { MessageId = $"id {number}", DeliveryMode = (byte)(number % 2 + 1) });

        await channel.BindQueueAsync(queue, exchange, "k");

        foreach (int number in Enumerable.Range(3, 3))
        {
            var message = await channel.GetAsync(queue);
            Assert.That(
                (
                    message.Text, message.Method.Exchange, message.Method.RoutingKey, message.Method.Redelivered,
                    message.Content.Decoded.MessageId),
                Is.EqualTo(($"{number}", exchange, $"key {number}", false, $"id {number}")));
        }
        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task Twenty_are_kept_when_nothing_else_is_said()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "x-recent-history"), queue = await DeclareQueueAsync(channel);
        foreach (int number in Enumerable.Range(1, 25))
            await channel.PublishAsync(exchange, "", $"{number}");

        await channel.BindQueueAsync(queue, exchange);

        Assert.That(await channel.CountMessagesAsync([queue], 20), Is.EqualTo([20]));
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("6"));
    }

    [Test]
    public async Task Every_new_binding_gets_them_and_a_repeated_one_does_not()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareHistoryAsync(channel, 3), queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync(exchange, "", "hello");

        await channel.BindQueueAsync(queue, exchange, "one");
        await channel.BindQueueAsync(queue, exchange, "one");
        await channel.BindQueueAsync(queue, exchange, "two");

        Assert.That(await channel.CountMessagesAsync([queue], 2), Is.EqualTo([2]));
    }

    [Test]
    public async Task An_exchange_that_is_bound_late_routes_them_on()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareHistoryAsync(channel, 3),
            next = await DeclareExchangeAsync(channel, "direct"),
            queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, next, "k");
        await channel.PublishAsync(exchange, "k", "hello");

        await channel.BindExchangeAsync(next, exchange);

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("hello"));
    }

    [Test]
    public async Task An_exchange_without_a_queue_may_be_bound_too()
    {
        await SkipOnRabbitMqAsync("RabbitMQ closes the connection with 541 if there are messages to replay.");
        var channel = await OpenChannelAsync();
        string exchange = await DeclareHistoryAsync(channel, 3), next = await DeclareExchangeAsync(channel, "direct");
        await channel.PublishAsync(exchange, "k", "hello");

        await channel.BindExchangeAsync(next, exchange);
    }

    [Test]
    public async Task A_message_may_ask_not_to_be_kept()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareHistoryAsync(channel, 3),
            late = await DeclareQueueAsync(channel),
            early = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(early, exchange);
        await channel.PublishAsync(
            exchange, "", "not kept", new() { Headers = Table("x-recent-history-no-store", FieldValue.FromBoolean(true)) });
        await channel.PublishAsync(
            exchange, "", "no", new() { Headers = Table("x-recent-history-no-store", FieldValue.FromBoolean(false)) });
        await channel.PublishAsync(
            exchange, "", "text", new() { Headers = Table("x-recent-history-no-store", FieldValue.FromString("true")) });

        await channel.BindQueueAsync(late, exchange);

        Assert.That(await channel.CountMessagesAsync([early, late], 5), Is.EqualTo([3, 2]));
    }

    [Test]
    public async Task What_was_committed_is_kept_also_when_something_was_declared_before_the_commit()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareHistoryAsync(channel, 3);
        await channel.CallAsync<TxSelect, TxSelectOk>(new());
        await channel.PublishAsync(exchange, "", "hello");
        string queue = await DeclareQueueAsync(channel);
        await channel.CallAsync<TxCommit, TxCommitOk>(new());

        await channel.BindQueueAsync(queue, exchange);

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("hello"));
    }

    [Test]
    public async Task To_be_kept_does_not_count_as_being_routed()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareHistoryAsync(channel, 3);

        await channel.PublishAsync(exchange, "k", "hello", mandatory: true);

        Assert.That((await channel.ExpectMessageAsync<BasicReturn>()).Method, Is.EqualTo(new BasicReturn(312, "NO_ROUTE", exchange, "k")));
    }

    [Test]
    public async Task To_be_kept_does_not_keep_a_message_from_the_alternate_exchange()
    {
        var channel = await OpenChannelAsync();
        string alternate = await DeclareExchangeAsync(channel, "fanout"), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, alternate);
        string exchange = await DeclareExchangeAsync(
            channel, "x-recent-history", Table("alternate-exchange", FieldValue.FromString(alternate)));

        await channel.PublishAsync(exchange, "k", "hello");

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("hello"));
    }

    [Test]
    public async Task A_new_exchange_of_the_name_knows_nothing()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareHistoryAsync(channel, 3), queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync(exchange, "", "hello");
        await channel.DeleteExchangeAsync(exchange);
        await channel.DeclareExchangeAsync(exchange, "x-recent-history");

        await channel.BindQueueAsync(queue, exchange);

        await channel.ExpectEmptyAsync(queue);
    }

    private static IEnumerable<TestCaseData> NoLengths =>
    [
        new TestCaseData(FieldValue.FromInt32(0), "0").SetArgDisplayNames("zero"),
        new TestCaseData(FieldValue.FromInt64(-1), "-1").SetArgDisplayNames("less"),
        new TestCaseData(FieldValue.FromString("5"), "<<\"5\">>").SetArgDisplayNames("text"),
        new TestCaseData(FieldValue.FromBoolean(true), "true").SetArgDisplayNames("a boolean"),
        new TestCaseData(FieldValue.FromDouble(1.5), "1.5").SetArgDisplayNames("a fraction"),
        new TestCaseData(FieldValue.FromDouble(2), "2.0").SetArgDisplayNames("a float"),
        new TestCaseData(FieldValue.FromInteger(FieldType.UInt16, 5), "5").SetArgDisplayNames("an unsigned integer"),
        new TestCaseData(FieldValue.Void, "undefined").SetArgDisplayNames("nothing"),
    ];

    [TestCaseSource(nameof(NoLengths))]
    public async Task A_length_that_is_none_is_refused(FieldValue length, string text)
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new ExchangeDeclare(
            NewExchangeName(), "x-recent-history", false, false, false, false, false, Table("x-recent-history-length", length)));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - Invalid argument {text}, 'x-recent-history-length' must be a positive integer",
            ExchangeDeclare.Id);
    }

    private Task<string> DeclareHistoryAsync(RawChannel channel, int length) =>
        DeclareExchangeAsync(channel, "x-recent-history", Table("x-recent-history-length", FieldValue.FromInt32(length)));
}
