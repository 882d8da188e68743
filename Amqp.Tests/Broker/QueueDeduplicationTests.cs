using Amqp.Protocol;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>
/// A queue with <c>x-message-deduplication</c> drops repeats: of messages that it still has or, with a window, of its last messages. The
/// tests set the clock.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class QueueDeduplicationTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();
    private readonly KeyedPublisher _publisher;

    public QueueDeduplicationTests() => _publisher = new KeyedPublisher(_broker);

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public void A_repeat_is_dropped_while_its_message_is_ready_or_unacknowledged_and_not_longer()
    {
        var queue = Declare();
        Publish("a", "a", "b", "a");
        Assert.That(queue.Counts.Ready, Is.EqualTo(2));

        var consumer = _broker.Consume(queue);
        Publish("a", "b");
        Assert.That(consumer.Held, Has.Count.EqualTo(2), "both are unacknowledged");

        _broker.Acknowledge(queue, consumer);
        Publish("a", "b");

        Assert.That((consumer.Received, queue.Messages.Deduplication!.Repeats), Is.EqualTo((3, 5L)));
    }

    [Test]
    public void A_message_that_returns_keeps_its_key_and_one_that_is_rejected_loses_it([Values("classic", "quorum")] string type)
    {
        var queue = _broker.Declare(
            "q", QueueFlags.Durable, ("x-message-deduplication", true), ("x-queue-type", type), ("x-delivery-limit", 5));
        _publisher.Publish("", "q", "a", isPersistent: true);
        var consumer = _broker.Consume(queue, room: 1);
        consumer.Room = 0;
        queue.Requeue([consumer.TakeFirst()], isReturned: true);
        Publish("a");
        Assert.That(queue.Counts.Ready, Is.EqualTo(1), "the message that returned is still in the queue");

        var second = _broker.Consume(queue, room: 1);
        second.Room = 0;
        queue.Reject(second.TakeFirst(), null);
        Publish("a", "a");

        Assert.That(queue.Counts.Ready, Is.EqualTo(1));
    }

    [Test]
    public void An_expired_message_and_one_that_was_dropped_for_room_lose_their_keys()
    {
        var queue = Declare(("x-message-ttl", 1_000), ("x-max-length", 2));
        Publish("a", "b", "c"); // drops a
        Publish("a"); // drops b
        Assert.That(Repeats(queue), Is.Zero);
        Publish("c");
        Assert.That(Repeats(queue), Is.EqualTo(1));

        _broker.Clock.Advance(1_001);
        Publish("c");

        Assert.That((queue.Counts.Ready, Repeats(queue)), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public void A_window_knows_its_last_keys_whether_or_not_their_messages_were_consumed()
    {
        var queue = Declare(("x-cache-size", 3));
        Publish("a", "b", "c");
        while (BareBroker.Get(queue))
        {
        }
        Publish("a", "b", "c");
        Assert.That(queue.Counts.Ready, Is.Zero);

        Publish("d"); // the window forgets a
        Publish("b", "c", "d", "a");

        Assert.That((queue.Counts.Ready, queue.Messages.Deduplication!.Use.Keys), Is.EqualTo((2L, 3)));
    }

    [Test]
    public void A_key_expires_after_the_time_of_the_queue_or_of_the_message()
    {
        var queue = Declare(("x-cache-ttl", 1_000));
        Publish("queue's");
        _publisher.Publish("", "q", "own", lifetime: 2_000);
        _broker.Clock.Pass(999);
        Publish("queue's", "own");
        Assert.That(queue.Counts.Ready, Is.EqualTo(2));

        _broker.Clock.Pass(1);
        Publish("queue's", "own"); // a repeat does not renew the time
        Assert.That(queue.Counts.Ready, Is.EqualTo(3));
        _broker.Clock.Pass(1_000);
        Publish("own");

        Assert.That(queue.Counts.Ready, Is.EqualTo(4));
    }

    [Test]
    public void Without_a_size_a_window_keeps_as_many_keys_as_the_configuration_permits()
    {
        var queue = Declare(("x-cache-ttl", 100_000));

        Assert.That(queue.Messages.Deduplication!.Size, Is.EqualTo(1_000_000));
    }

    [TestCase(null, null, false)]
    [TestCase(1, 1L, true)]
    [TestCase(-1, -1L, true)]
    [TestCase(1, "1", false)]
    [TestCase("1", "1", true)]
    [TestCase("1", "2", false)]
    [TestCase(true, true, true)]
    [TestCase(1.5, 1.5, true)]
    public void Keys_are_equal_if_they_are_the_same_number_text_or_other_value(object? first, object? second, bool areEqual)
    {
        var queue = Declare(("x-cache-size", 10));

        foreach (object? key in new[] { first, second })
            _publisher.Publish("", "q", new BasicProperties { Headers = FieldTable.Empty.With("x-deduplication-header", Value(key)) });

        Assert.That(queue.Counts.Ready, Is.EqualTo(areEqual ? 1 : 2));
    }

    [Test]
    public void Messages_without_a_key_are_never_repeats()
    {
        var queue = Declare(("x-cache-size", 10));

        Publish(null, null);
        _publisher.Publish("", "q", new BasicProperties { MessageId = "a" });
        _publisher.Publish("", "q", new BasicProperties { MessageId = "a" });

        Assert.That((queue.Counts.Ready, queue.Messages.Deduplication!.Use.Keys), Is.EqualTo((4L, 0)));
    }

    [Test]
    public void The_key_may_be_in_another_header_or_be_the_message_id()
    {
        var queue = Declare(("x-cache-size", 10), ("x-deduplication-header", "message-id"));
        Publish("a", "a"); // has neither the header nor the property

        _publisher.Publish("", "q", new BasicProperties { MessageId = "1" });
        _publisher.Publish("", "q", new BasicProperties { MessageId = "1" });
        _publisher.Publish("", "q", new BasicProperties { Headers = FieldTable.Empty.With("message-id", FieldValue.FromString("1")) });
        _publisher.Publish("", "q", new BasicProperties { Headers = FieldTable.Empty.With("message-id", FieldValue.FromString("2")) });

        Assert.That((queue.Counts.Ready, Repeats(queue)), Is.EqualTo((4L, 2L)));
    }

    [Test]
    public void A_purge_forgets_the_keys()
    {
        var queue = Declare(("x-cache-size", 10));
        Publish("a");

        queue.Purge();
        Publish("a");

        Assert.That(queue.Counts.Ready, Is.EqualTo(1));
    }

    [Test]
    public void A_message_that_a_full_queue_refuses_can_be_published_again()
    {
        var queue = Declare(("x-cache-size", 10), ("x-max-length", 1), ("x-overflow", "reject-publish"));
        Publish("a");
        Assert.That(_publisher.Publish("", "q", "b"), Is.EqualTo(MessageIntake.Refused));
        Assert.That(_publisher.Publish("", "q", "a"), Is.Not.EqualTo(MessageIntake.Refused), "a repeat needs no room");

        BareBroker.Get(queue);

        Assert.That(_publisher.Publish("", "q", "b"), Is.Not.EqualTo(MessageIntake.Refused));
        Assert.That(queue.Counts.Ready, Is.EqualTo(1));
    }

    [Test]
    public void A_queue_with_priorities_recognises_a_repeat_of_another_priority()
    {
        var queue = Declare(("x-max-priority", 5));
        _publisher.Publish("", "q", "a", priority: 4);
        _publisher.Publish("", "q", "b", priority: 1);

        _publisher.Publish("", "q", "a", priority: 2);
        BareBroker.Get(queue); // takes a
        _publisher.Publish("", "q", "a", priority: 2);
        _publisher.Publish("", "q", "b", priority: 5);

        Assert.That((queue.Counts.Ready, Repeats(queue)), Is.EqualTo((2L, 2L)));
    }

    [Test]
    public void Only_the_queue_that_drops_a_repeat_does_not_get_it()
    {
        var queue = Declare(("x-cache-size", 10));
        var plain = _broker.Declare("plain");
        foreach (var bound in new[] { queue, plain })
            _broker.Host.Topology.Bind("amq.fanout", bound, "", FieldTable.Empty, _broker.Round);

        _publisher.Publish("amq.fanout", "", "a");
        _publisher.Publish("amq.fanout", "", "a");

        Assert.That((queue.Counts.Ready, plain.Counts.Ready), Is.EqualTo((1L, 2L)));
    }

    [Test]
    public void A_dead_letter_that_comes_back_to_its_queue_is_no_repeat([Values] bool isWindow)
    {
        (string, object)[] window = isWindow ? [("x-cache-size", 10)] : [];
        var queue = Declare([("x-dead-letter-exchange", ""), ("x-dead-letter-routing-key", "wait"), .. window]);
        _broker.Declare("wait", ("x-message-ttl", 100), ("x-dead-letter-exchange", ""), ("x-dead-letter-routing-key", "q"));
        Publish("a");
        var consumer = _broker.Consume(queue, room: 1);

        consumer.Room = 0;
        queue.Reject(consumer.TakeFirst(), null);
        _broker.Serve(queue);
        _broker.Clock.Advance(101);
        Assert.That(queue.Counts.Ready, Is.EqualTo(1), "the dead letter is back");
        Publish("a");

        Assert.That((queue.Counts.Ready, Repeats(queue)), Is.EqualTo((1L, 1L)), "its key counts");
    }

    [Test]
    public void A_queue_keeps_no_memory_for_keys_that_are_gone()
    {
        long before = _broker.Broker.Memory.Held.Bytes;
        var queue = Declare(("x-cache-size", 100));
        for (int i = 0; i < 1_000; i++)
            Publish($"{i}");
        Assert.That(_broker.Broker.Memory.Held.Bytes - before, Is.EqualTo(100 * 160));

        queue.Delete(ifUnused: false, ifEmpty: false);

        Assert.That(_broker.Broker.Memory.Held.Bytes, Is.EqualTo(before));
    }

    [Test]
    public async Task Many_publishers_of_the_same_keys_store_each_key_once()
    {
        var queue = Declare(("x-cache-size", 10_000));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var publisher = new KeyedPublisher(_broker) { Round = new DispatchRound() };
            for (int i = 0; i < 2_000; i++)
                publisher.Publish("", "q", $"{i}");
        })));

        Assert.That((queue.Counts.Ready, Repeats(queue)), Is.EqualTo((2_000L, 6_000L)));
    }

    private static long Repeats(Queue queue) => queue.Messages.Deduplication!.Repeats;

    private static FieldValue Value(object? value) => value switch
    {
        int number => FieldValue.FromInt32(number),
        long number => FieldValue.FromInt64(number),
        double number => FieldValue.FromDouble(number),
        bool flag => FieldValue.FromBoolean(flag),
        string text => FieldValue.FromString(text),
        _ => FieldValue.Void,
    };

    private Queue Declare(params (string, object)[] arguments) =>
        _broker.Declare("q", [("x-message-deduplication", true), .. arguments]);

    private void Publish(params string?[] keys)
    {
        foreach (string? key in keys)
            _publisher.Publish("", "q", key);
    }
}
