using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>Messages of the broker's own, as of the firehose.</summary>
public sealed class InternalMessageTests
{
    private BareBroker _broker = null!;

    [OneTimeSetUp]
    public void Open() => _broker = new BareBroker();

    [OneTimeTearDown]
    public async Task CloseAsync() => await _broker.DisposeAsync();

    /// <summary>A queue's name may take all the octets that a routing key has, and stands behind a word in that of its copies.</summary>
    [TestCase(254, 254)]
    [TestCase(255, 255)]
    [TestCase(256, 255)]
    [TestCase(300, 255)]
    public void A_routing_key_that_would_be_too_long_is_cut_and_the_message_published(int length, int left)
    {
        var queue = _broker.Declare($"q{length}");
        _broker.Host.Topology.Bind("amq.topic", queue, "#", FieldTable.Empty, _broker.Round);

        new InternalMessage(_broker.Host, _broker.Host.FindExchange("amq.topic")!, new string('k', length), new BasicProperties(), [1]).PublishContained(_broker.Round);
        _broker.Round.Complete();

        int found = 0;
        Assert.That(queue.TryPeek(0, (_, payload) => found = PublishKeyLength(payload.Payload)));
        Assert.That((found, _broker.Broker.Faults.Total), Is.EqualTo((left, 0L)));
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
        Assert.That(queue.TryPeek(0, (_, payload) => first = PublishKeyLength(payload.Payload)));
        Assert.That(first, Is.EqualTo(1));
    }

    private static int PublishKeyLength(ReadOnlySpan<byte> payload)
    {
        PublishAddress.Split(EncodedMessage.Read(payload).Address, out _, out var key);
        return key.Length;
    }
}
