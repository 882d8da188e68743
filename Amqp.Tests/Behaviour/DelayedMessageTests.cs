using System.Diagnostics;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>Exchanges of type x-delayed-message keep messages until they are due, and then route them.</summary>
public class DelayedMessageTests : BehaviourTests
{
    private const int Short = 100;
    private const int Long = 3_600_000;

    [SetUp]
    public Task SkipWithoutThePlugin() => SkipOnRabbitMqAsync("RabbitMQ has this exchange only with a third-party plugin.");

    [Test]
    public async Task A_message_comes_when_its_time_has_come_and_not_before()
    {
        var channel = await OpenChannelAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        await channel.ConsumeAsync(queue, noAck: true);

        var watch = Stopwatch.StartNew();
        await channel.PublishAsync(exchange, "k", "late", Delay(FieldValue.FromInt32(Short)));
        var delivery = await channel.ExpectDeliveryAsync();

        Assert.That(watch.ElapsedMilliseconds, Is.GreaterThanOrEqualTo(Short - 1)); // the clocks of test and broker may differ by 1 ms
        Assert.That(
            (delivery.Text, delivery.Method.Exchange, delivery.Method.RoutingKey, delivery.Method.Redelivered),
            Is.EqualTo(("late", exchange, "k", false)));
    }

    [Test]
    public async Task A_shorter_delay_overtakes_a_longer_one()
    {
        var channel = await OpenChannelAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        await channel.ConsumeAsync(queue, noAck: true);

        await channel.PublishAsync(exchange, "k", "second", Delay(FieldValue.FromInt32(20 * Short)));
        await channel.PublishAsync(exchange, "k", "first", Delay(FieldValue.FromInt32(Short)));
        await channel.PublishAsync(exchange, "k", "at once");

        foreach (string text in (string[])["at once", "first", "second"])
            Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo(text));
    }

    [Test]
    public async Task A_message_is_not_held_up_by_those_that_wait_for_longer()
    {
        var channel = await OpenChannelAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        await channel.ConsumeAsync(queue, noAck: true);

        await channel.PublishAsync(exchange, "k", "in an hour", Delay(FieldValue.FromInt32(Long)));
        await channel.PublishAsync(exchange, "k", "soon", Delay(FieldValue.FromInt32(Short)));

        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("soon"));
    }

    [Test]
    public async Task Messages_of_one_delay_stay_in_order()
    {
        var channel = await OpenChannelAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        await channel.ConsumeAsync(queue, noAck: true);

        for (int number = 0; number < 1000; number++)
            await channel.PublishAsync(exchange, "k", $"{number}", Delay(FieldValue.FromInt32(Short)));

        for (int number = 0; number < 1000; number++)
            Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo($"{number}"));
    }

    private static IEnumerable<TestCaseData> Waiting =>
    [
        new TestCaseData(FieldValue.FromInteger(FieldType.Int16, Short), FieldValue.FromInt32(-Short))
            .SetArgDisplayNames("a short integer"),
        new TestCaseData(FieldValue.FromInt64(Short), FieldValue.FromInt32(-Short)).SetArgDisplayNames("a long integer"),
        new TestCaseData(FieldValue.FromDouble(Short + 0.7), FieldValue.FromInt32(-Short)).SetArgDisplayNames("a float"),
        new TestCaseData(FieldValue.FromString($"{Short}"), FieldValue.FromInt32(-Short)).SetArgDisplayNames("letters"),
    ];

    [TestCaseSource(nameof(Waiting))]
    public async Task Who_gets_it_sees_how_long_it_waited(FieldValue delay, FieldValue waited)
    {
        var channel = await OpenChannelAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        await channel.ConsumeAsync(queue, noAck: true);
        var before = Table("a", FieldValue.FromInt32(1));
        var properties = new BasicProperties { ContentType = "text/plain", MessageId = "id" };

        await channel.PublishAsync(
            exchange, "k", "late", properties with { Headers = before.With("x-delay", delay).With("b", FieldValue.Void) });
        await channel.PublishAsync(exchange, "k", "at once");

        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("at once"));
        Assert.That(
            (await channel.ExpectDeliveryAsync()).Content.Decoded,
            Is.EqualTo(properties with { Headers = before.With("x-delay", waited).With("b", FieldValue.Void) }));
    }

    private static IEnumerable<TestCaseData> NotWaiting =>
    [
        new TestCaseData(FieldValue.FromInt32(0)).SetArgDisplayNames("zero"),
        new TestCaseData(FieldValue.FromInt32(-5)).SetArgDisplayNames("less"),
        new TestCaseData(FieldValue.FromInt64(uint.MaxValue + 1L)).SetArgDisplayNames("longer than the plugin's timers"),
        new TestCaseData(FieldValue.FromString("soon")).SetArgDisplayNames("no number"),
        new TestCaseData(FieldValue.FromBoolean(true)).SetArgDisplayNames("a boolean"),
        new TestCaseData(FieldValue.Void).SetArgDisplayNames("nothing"),
    ];

    [TestCaseSource(nameof(NotWaiting))]
    public async Task What_is_no_delay_is_none(FieldValue delay)
    {
        var channel = await OpenChannelAsync();
        var (exchange, queue) = await DeclareAsync(channel);

        await channel.PublishAsync(exchange, "k", "at once", Delay(delay));

        Assert.That((await channel.GetAsync(queue)).Content.Decoded, Is.EqualTo(Delay(delay)));
    }

    [Test]
    public async Task The_inner_type_routes()
    {
        var channel = await OpenChannelAsync();
        var (exchange, topic) = await DeclareAsync(channel, "topic", "a.*");
        string other = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(other, exchange, "b.*");
        await channel.ConsumeAsync(topic, noAck: true);

        await channel.PublishAsync(exchange, "a.b", "late", Delay(FieldValue.FromInt32(Short)));

        await channel.ExpectDeliveryAsync();
        await channel.ExpectEmptyAsync(other);
    }

    [Test]
    public async Task It_is_routed_by_the_bindings_of_the_time_when_it_is_due()
    {
        var channel = await OpenChannelAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        string late = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(late, noAck: true);
        await channel.PublishAsync(exchange, "k", "late", Delay(FieldValue.FromInt32(10 * Short)));

        await channel.UnbindQueueAsync(queue, exchange, "k");
        await channel.BindQueueAsync(late, exchange, "k");

        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("late"));
        await channel.ExpectEmptyAsync(queue);
    }

    [TestCase("CC")]
    [TestCase("BCC")]
    public async Task Further_keys_wait_with_it(string header)
    {
        var channel = await OpenChannelAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        await channel.ConsumeAsync(queue, noAck: true);
        var keys = Table(header, FieldValue.FromArray([FieldValue.FromString("k")]));

        await channel.PublishAsync(exchange, "elsewhere", "late", new() { Headers = keys.With("x-delay", FieldValue.FromInt32(Short)) });

        var delivery = await channel.ExpectDeliveryAsync();
        Assert.That(delivery.Method.RoutingKey, Is.EqualTo("elsewhere"));
        Assert.That(delivery.Content.Decoded.Headers![header] is not null, Is.EqualTo(header == "CC"));
    }

    [Test]
    public async Task Over_a_binding_between_exchanges_it_waits_too()
    {
        var channel = await OpenChannelAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        string first = await DeclareExchangeAsync(channel, "fanout"), direct = await DeclareQueueAsync(channel);
        await channel.BindExchangeAsync(exchange, first);
        await channel.BindQueueAsync(direct, first);
        await channel.ConsumeAsync(queue, noAck: true);

        await channel.PublishAsync(first, "k", "both ways", Delay(FieldValue.FromInt32(Short)));

        Assert.That((await channel.ExpectDeliveryAsync()).Content.Decoded, Is.EqualTo(Delay(FieldValue.FromInt32(-Short))));
        Assert.That((await channel.GetAsync(direct)).Content.Decoded, Is.EqualTo(Delay(FieldValue.FromInt32(Short))));
    }

    [Test]
    public async Task A_second_exchange_of_the_kind_does_not_delay_it_again()
    {
        var channel = await OpenChannelAsync();
        var (second, queue) = await DeclareAsync(channel);
        var (first, _) = await DeclareAsync(channel);
        await channel.BindExchangeAsync(second, first, "k");
        await channel.ConsumeAsync(queue, noAck: true);

        await channel.PublishAsync(first, "k", "late", Delay(FieldValue.FromInt32(Short)));

        await channel.ExpectDeliveryAsync();
    }

    [Test]
    public async Task To_wait_counts_as_being_routed()
    {
        var channel = await OpenChannelAsync();
        string alternate = await DeclareExchangeAsync(channel, "fanout"), unrouted = await DeclareQueueAsync(channel);
        string exchange = await DeclareExchangeAsync(
            channel, "x-delayed-message", Type("direct").With("alternate-exchange", FieldValue.FromString(alternate)));
        await channel.BindQueueAsync(unrouted, alternate);
        await channel.SelectConfirmsAsync();

        await channel.PublishAsync(exchange, "k", "late", Delay(FieldValue.FromInt32(Long)), mandatory: true);

        await channel.ExpectAsync<BasicAck>();
        await channel.ExpectEmptyAsync(unrouted);
    }

    [Test]
    public async Task What_has_no_way_when_it_is_due_goes_the_alternate_one()
    {
        var channel = await OpenChannelAsync();
        string alternate = await DeclareExchangeAsync(channel, "fanout"), unrouted = await DeclareQueueAsync(channel);
        string exchange = await DeclareExchangeAsync(
            channel, "x-delayed-message", Type("direct").With("alternate-exchange", FieldValue.FromString(alternate)));
        await channel.BindQueueAsync(unrouted, alternate);
        await channel.ConsumeAsync(unrouted, noAck: true);

        await channel.PublishAsync(exchange, "k", "late", Delay(FieldValue.FromInt32(Short)));

        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("late"));
    }

    [Test]
    public async Task In_a_transaction_it_waits_from_the_commit_on()
    {
        var channel = await OpenChannelAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        await channel.ConsumeAsync(queue, noAck: true);
        await channel.CallAsync<TxSelect, TxSelectOk>(new());

        await channel.PublishAsync(exchange, "k", "rolled back", Delay(FieldValue.FromInt32(1)));
        await channel.CallAsync<TxRollback, TxRollbackOk>(new());
        await channel.PublishAsync(exchange, "k", "committed", Delay(FieldValue.FromInt32(Short)));
        await channel.CallAsync<TxCommit, TxCommitOk>(new());

        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("committed"));
    }

    [Test]
    public async Task In_a_transaction_it_waits_also_when_something_was_declared_before_the_commit()
    {
        var channel = await OpenChannelAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        await channel.CallAsync<TxSelect, TxSelectOk>(new());
        await channel.PublishAsync(exchange, "k", "committed", Delay(FieldValue.FromInt32(Short)));

        await DeclareQueueAsync(channel);
        await channel.CallAsync<TxCommit, TxCommitOk>(new());

        await channel.ConsumeAsync(queue, noAck: true);
        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("committed"));
    }

    [Test]
    public async Task A_message_that_another_queue_refuses_is_not_confirmed_though_it_waits_here()
    {
        var channel = await OpenChannelAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        string source = await DeclareExchangeAsync(channel, "fanout");
        string full = await DeclareQueueAsync(
            channel, Table("x-max-length", FieldValue.FromInt32(0)).With("x-overflow", FieldValue.FromString("reject-publish")));
        await channel.BindExchangeAsync(exchange, source, "k");
        await channel.BindQueueAsync(full, source);
        await channel.SelectConfirmsAsync();

        await channel.PublishAsync(source, "k", "late", Delay(FieldValue.FromInt32(Short)));

        Assert.That(await channel.ExpectAsync<BasicNack>(), Is.EqualTo(new BasicNack(1, Multiple: false, Requeue: false)));
        await channel.ConsumeAsync(queue, noAck: true);
        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("late"));
    }

    [Test]
    public async Task What_waits_goes_with_its_exchange()
    {
        var channel = await OpenChannelAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        await channel.ConsumeAsync(queue, noAck: true);
        await channel.PublishAsync(exchange, "k", "never", Delay(FieldValue.FromInt32(Short)));
        await channel.DeleteExchangeAsync(exchange);

        await channel.DeclareExchangeAsync(exchange, "x-delayed-message", arguments: Type("direct"));
        await channel.BindQueueAsync(queue, exchange, "k");
        await channel.PublishAsync(exchange, "k", "later", Delay(FieldValue.FromInt32(2 * Short)));

        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("later"));
    }

    [Test]
    public async Task Without_an_inner_type_it_is_refused()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(Declare(FieldTable.Empty));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            "PRECONDITION_FAILED - Invalid argument, 'x-delayed-type' must be an existing exchange type",
            ExchangeDeclare.Id);
    }

    [Test]
    public async Task It_is_not_its_own_inner_type()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(Declare(Type("x-delayed-message")));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            "PRECONDITION_FAILED - Invalid argument, 'x-delayed-message' can't be used for 'x-delayed-type'",
            ExchangeDeclare.Id);
    }

    [Test]
    public async Task An_inner_type_that_does_not_exist_closes_the_connection()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(Declare(Type("zz")));

        await channel.Client.ExpectCloseAsync(ReplyCode.CommandInvalid, "COMMAND_INVALID - unknown exchange type 'zz'", ExchangeDeclare.Id);
    }

    private async Task<(string Exchange, string Queue)> DeclareAsync(RawChannel channel, string type = "direct", string key = "k")
    {
        string exchange = await DeclareExchangeAsync(channel, "x-delayed-message", Type(type)), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, key);
        return (exchange, queue);
    }

    private ExchangeDeclare Declare(FieldTable arguments) =>
        new(NewExchangeName(), "x-delayed-message", false, false, false, false, false, arguments);

    private static FieldTable Type(string inner) => Table("x-delayed-type", FieldValue.FromString(inner));

    private static BasicProperties Delay(FieldValue delay) => new() { Headers = Table("x-delay", delay) };
}
