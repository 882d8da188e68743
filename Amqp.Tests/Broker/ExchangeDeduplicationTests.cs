using Amqp.Protocol;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>An exchange drops repeats before it routes them, in the spelling of RabbitMQ's plugin and in that of LavinMQ.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ExchangeDeduplicationTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();
    private readonly KeyedPublisher _publisher;
    private readonly Queue _queue;

    public ExchangeDeduplicationTests()
    {
        _publisher = new KeyedPublisher(_broker);
        _queue = _broker.Declare("q");
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public void The_type_of_the_plugin_routes_as_fanout_and_drops_repeats()
    {
        var exchange = Declare("x", "x-message-deduplication", ("x-cache-size", FieldValue.FromInt32(2)));
        Bind("x", _queue, "some key");

        Publish("x", "another key", "a", "a", "b", "c", "a");

        Assert.That((_queue.Counts.Ready, exchange.Deduplication!.Repeats), Is.EqualTo((4L, 1L)), "c made the window forget a");
    }

    [Test]
    public void Any_type_of_exchange_drops_repeats_with_the_argument_of_LavinMQ(
        [Values("direct", "topic", "headers", "x-consistent-hash", "x-random", "x-recent-history", "x-delayed-message")] string type)
    {
        var exchange = Declare(
            "x", type, ("x-message-deduplication", FieldValue.FromBoolean(true)), ("x-delayed-type", FieldValue.FromString("topic")));
        Bind("x", _queue, "1");

        Publish("x", "1", "a", "a", "b");

        Assert.That((_queue.Counts.Ready, exchange.Deduplication!.Repeats, exchange.Deduplication.Size), Is.EqualTo((2L, 1L, 128L)));
    }

    [Test]
    public void The_number_of_keys_may_be_a_text()
    {
        var exchange = Declare("x", "x-message-deduplication", ("x-cache-size", FieldValue.FromString("5")));

        Assert.That(exchange.Deduplication!.Size, Is.EqualTo(5));
    }

    [Test]
    public void What_no_queue_receives_can_be_published_again()
    {
        Declare("x", "x-message-deduplication", ("x-cache-size", FieldValue.FromInt32(5)));
        Publish("x", "", "a");

        Bind("x", _queue);
        Publish("x", "", "a", "a");

        Assert.That(_queue.Counts.Ready, Is.EqualTo(1));
    }

    [Test]
    public void What_a_queue_refuses_can_be_published_again()
    {
        Declare("x", "x-message-deduplication", ("x-cache-size", FieldValue.FromInt32(5)));
        var full = _broker.Declare("full", ("x-max-length", 1), ("x-overflow", "reject-publish"));
        Bind("x", full);
        Publish("x", "", "a");
        Assert.That(_publisher.Publish("x", "", "b"), Is.EqualTo(MessageIntake.Refused));

        BareBroker.Get(full);
        Publish("x", "", "b");

        Assert.That(full.Counts.Ready, Is.EqualTo(1));
    }

    [Test]
    public void A_repeat_is_routed_and_does_not_go_to_the_alternate_exchange()
    {
        Declare(
            "x", "x-message-deduplication", ("x-cache-size", FieldValue.FromInt32(5)),
            ("alternate-exchange", FieldValue.FromString("amq.fanout")));
        var alternate = _broker.Declare("alternate");
        Bind("x", _queue);
        Bind("amq.fanout", alternate);

        Publish("x", "", "a", "a");

        Assert.That((_queue.Counts.Ready, alternate.Counts.Ready), Is.EqualTo((1L, 0L)));
    }

    [Test]
    public void Only_what_lies_behind_the_exchange_does_not_get_a_repeat()
    {
        Declare("x", "x-message-deduplication", ("x-cache-size", FieldValue.FromInt32(5)));
        var direct = _broker.Declare("direct");
        var both = _broker.Declare("both");
        _broker.Host.Topology.Bind("amq.fanout", _broker.Host.FindExchange("x")!, "", FieldTable.Empty, _broker.Round);
        Bind("x", _queue);
        Bind("x", both);
        Bind("amq.fanout", direct);
        Bind("amq.fanout", both);

        Publish("amq.fanout", "", "a", "a");

        Assert.That((_queue.Counts.Ready, direct.Counts.Ready, both.Counts.Ready), Is.EqualTo((1L, 2L, 2L)));
    }

    [Test]
    public void An_exchange_behind_one_that_drops_a_repeat_does_not_see_it()
    {
        Declare("outer", "x-message-deduplication", ("x-cache-size", FieldValue.FromInt32(5)));
        var inner = Declare("inner", "x-message-deduplication", ("x-cache-size", FieldValue.FromInt32(5)));
        _broker.Host.Topology.Bind("outer", inner, "", FieldTable.Empty, _broker.Round);
        Bind("inner", _queue);

        Publish("outer", "", "a", "a");
        Publish("inner", "", "a", "b");
        Publish("outer", "", "b");

        Assert.That((_queue.Counts.Ready, inner.Deduplication!.Repeats), Is.EqualTo((2L, 2L)));
    }

    [Test]
    public async Task A_delayed_message_is_no_repeat_of_itself_when_it_is_due()
    {
        var exchange = Declare(
            "x", "x-delayed-message", ("x-delayed-type", FieldValue.FromString("x-message-deduplication")),
            ("x-cache-size", FieldValue.FromInt32(5)));
        Bind("x", _queue);
        var headers = FieldTable.Empty
            .With("x-deduplication-header", FieldValue.FromString("a"))
            .With("x-delay", FieldValue.FromInt32(100));
        foreach (byte mode in new byte[] { 2, 1 })
            _publisher.Publish("x", "", new BasicProperties { DeliveryMode = mode, Headers = headers });
        Assert.That(exchange.DelayedCount, Is.EqualTo(1), "the repeat does not wait");

        _broker.Clock.Advance(101);

        await Eventually.Holds(() => _queue.Counts.Ready == 1, () => "the message does not come");
    }

    /// <summary>The delaying exchange itself does not deduplicate, but a queue beside it does. The message is delayed once.</summary>
    [Test]
    public void A_message_for_a_deduplicating_queue_is_delayed_once()
    {
        var delaying = Declare("later", "x-delayed-message", ("x-delayed-type", FieldValue.FromString("fanout")));
        var queue = _broker.Declare("deduplicating", ("x-message-deduplication", true));
        _broker.Host.Topology.Bind("amq.fanout", delaying, "", FieldTable.Empty, _broker.Round);
        Bind("amq.fanout", queue);
        var headers = FieldTable.Empty
            .With("x-deduplication-header", FieldValue.FromString("a"))
            .With("x-delay", FieldValue.FromInt32(100));

        for (int i = 0; i < 2; i++)
            _publisher.Publish("amq.fanout", "", new BasicProperties { Headers = headers });

        Assert.That((queue.Counts.Ready, delaying.DelayedCount), Is.EqualTo((1L, 2L)));
    }

    [Test]
    public void A_deleted_exchange_forgets_its_keys()
    {
        for (int round = 0; round < 2; round++)
        {
            Declare("x", "x-message-deduplication", ("x-cache-size", FieldValue.FromInt32(5)));
            Bind("x", _queue);
            Publish("x", "", "a", "a");
            _broker.Host.Topology.DeleteExchange("x", ifUnused: false);
        }

        Assert.That(_queue.Counts.Ready, Is.EqualTo(2));
    }

    [Test]
    public void A_repeat_is_confirmed_when_the_first_message_is_durable()
    {
        Declare("x", "x-message-deduplication", ("x-cache-size", FieldValue.FromInt32(5)));
        Bind("x", _broker.Declare("durable", QueueFlags.Durable));
        long first = _publisher.Publish("x", "", "a", isPersistent: true);
        _publisher.Publish("x", "", "b", isPersistent: true);

        Assert.That(_publisher.Publish("x", "", "a", isPersistent: true), Is.GreaterThanOrEqualTo(first));
    }

    private Exchange Declare(string name, string type, params (string Name, FieldValue Value)[] arguments) =>
        _broker.Host.Topology.DeclareExchange(
            name, type, ExchangeFlags.Durable,
            new FieldTable(arguments.Select(argument => KeyValuePair.Create(argument.Name, argument.Value))));

    private void Bind(string exchange, Queue queue, string key = "") =>
        _broker.Host.Topology.Bind(exchange, queue, key, FieldTable.Empty, _broker.Round);

    private void Publish(string exchange, string key, params string[] values)
    {
        foreach (string value in values)
            _publisher.Publish(exchange, key, value);
    }
}
