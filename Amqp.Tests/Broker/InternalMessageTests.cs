using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>
/// Messages that the broker itself publishes, such as copies of traced messages, are routed and stored like messages of clients.
/// </summary>
public sealed class InternalMessageTests
{
    private BareBroker _broker = null!;

    [OneTimeSetUp]
    public void Open() => _broker = new BareBroker();

    [OneTimeTearDown]
    public async Task CloseAsync() => await _broker.DisposeAsync();

    /// <summary>
    /// The copy of a traced message has a routing key that consists of a prefix and a queue name. The broker cuts the key to 255 bytes.
    /// </summary>
    [TestCase(254, 254)]
    [TestCase(255, 255)]
    [TestCase(256, 255)]
    [TestCase(300, 255)]
    public void A_routing_key_that_would_be_too_long_is_cut_and_the_message_published(int length, int left)
    {
        var queue = _broker.Declare($"q{length}");
        _broker.Host.Topology.Bind("amq.topic", queue, "#", FieldTable.Empty, _broker.Round);

        new InternalMessage(Topic, new string('k', length), new BasicProperties(), [1]).PublishContained(_broker.Round);
        _broker.Round.Complete();

        int found = 0;
        Assert.That(queue.Status.TryPeek(0, (_, payload) => found = PublishKeyLength(payload.Payload)));
        Assert.That((found, _broker.Broker.Faults.Total), Is.EqualTo((left, 0L)));
    }

    [TestCase((byte)1, 0)]
    [TestCase((byte)2, 1)]
    public void It_is_written_to_the_disk_where_its_delivery_mode_says_so(byte mode, int persistent)
    {
        var queue = _broker.Declare($"durable {mode}", QueueFlags.Durable);
        _broker.Host.Topology.Bind("amq.topic", queue, $"mode.{mode}", FieldTable.Empty, _broker.Round);

        Publish($"mode.{mode}", new BasicProperties { DeliveryMode = mode });

        Assert.That((queue.Counts.Ready, queue.Status.Storage.Persistent), Is.EqualTo((1L, (long)persistent)));
    }

    /// <summary>
    /// The broker publishes a message to an x-recent-history exchange. The exchange routes the message to a queue that is bound later.
    /// </summary>
    [Test]
    public void A_message_that_goes_to_no_queue_is_kept_in_a_history_for_one_that_is_bound_late()
    {
        var history = _broker.Host.Topology.DeclareExchange("history", "x-recent-history", ExchangeFlags.None, FieldTable.Empty);
        _broker.Host.Topology.Bind("amq.topic", history, "kept", FieldTable.Empty, _broker.Round);
        var late = _broker.Declare("late");

        Publish("kept", new BasicProperties());
        _broker.Host.Topology.Bind("history", late, "", FieldTable.Empty, _broker.Round);
        _broker.Round.Complete();

        Assert.That(late.Counts.Ready, Is.EqualTo(1));
    }

    [Test]
    public async Task What_waits_is_published_before_a_stop_in_its_order_and_nothing_after_it()
    {
        const int count = 3_000;
        var publisher = _broker.Host.AddInternalExchange("internal");
        Assert.That(publisher.IsHeard, Is.False);
        var queue = _broker.Declare("watches");
        _broker.Host.Topology.Bind("internal", queue, "#", FieldTable.Empty, _broker.Round);
        Assert.That(publisher.IsHeard);
        for (int i = 0; i < count; i++)
            publisher.Publish($"{i}", new BasicProperties(), []);

        await publisher.StopAsync();
        publisher.Publish("late", new BasicProperties(), []);

        Assert.That(queue.Counts.Ready, Is.EqualTo(count));
        int first = 0;
        Assert.That(queue.Status.TryPeek(0, (_, payload) => first = PublishKeyLength(payload.Payload)));
        Assert.That(first, Is.EqualTo(1));
    }

    private InternalExchange Topic => new(_broker.Host.Routing, _broker.Host.Host, _broker.Host.FindExchange("amq.topic")!);

    private void Publish(string routingKey, BasicProperties properties)
    {
        new InternalMessage(Topic, routingKey, properties, []).PublishContained(_broker.Round);
        _broker.Round.Complete();
    }

    private static int PublishKeyLength(ReadOnlySpan<byte> payload)
    {
        PublishAddress.Split(EncodedMessage.Read(payload).Address, out _, out var key);
        return key.Length;
    }
}
