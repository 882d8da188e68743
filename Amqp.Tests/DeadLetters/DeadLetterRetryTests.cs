using Amqp.Protocol;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Storage.Faults;
using Amqp.Tests.Support;

namespace Amqp.Tests.DeadLetters;

/// <summary>
/// While the broker cannot dead-letter a message, the message stays in its queue. Later, the broker dead-letters each message once, in
/// order.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DeadLetterRetryTests : IAsyncDisposable
{
    private const long RetryDelay = 1_000;

    private static readonly byte[] _persistent = [0x10, 0, 2];

    private BareBroker _broker = new();
    private readonly Queue _queue, _letters;

    public DeadLetterRetryTests()
    {
        _queue = _broker.Declare("q", QueueFlags.Durable, ("x-dead-letter-exchange", ""), ("x-dead-letter-routing-key", "letters"));
        _letters = _broker.Declare("letters", QueueFlags.Durable);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [TestCase("read", typeof(IOException))]
    [TestCase("read", typeof(UnauthorizedAccessException))]
    [TestCase("append", typeof(IOException))]
    [TestCase("append", typeof(StoreFailedException))]
    public void A_message_that_dies_while_the_disk_fails_stays_and_goes_when_it_works_again(string call, Type failure)
    {
        var consumer = _broker.Consume(_queue);
        for (int i = 1; i <= 3; i++)
            _broker.Publish(_queue, body: 300_000 + i, isPersistent: false);
        var settled = new List<uint>();
        _broker.Store.BeforeSettle = (number, _) => settled.Add(number);
        Fail(call, failure);

        while (consumer.Held.Count > 0)
            _queue.Reject(consumer.TakeFirst(), consumer.Subscription);
        _broker.Serve(_queue);
        Assert.That((_letters.Counts.Ready, settled.Count), Is.EqualTo((0, 0)), "no message has moved or was lost");
        _broker.Clock.Advance(RetryDelay); // starts the retry, which fails too
        Assert.That((_letters.Counts.Ready, settled.Count), Is.EqualTo((0, 0)), "no message has moved or was lost");
        Fail("", failure);
        _broker.Clock.Advance(RetryDelay);

        var received = _broker.Consume(_letters).Held;
        Assert.That(received.Select(message => message.Length - MessageNote.Head(message)), Is.EqualTo([300_001, 300_002, 300_003]));
        Assert.That(settled, Has.Count.EqualTo(1).And.All.EqualTo(_queue.Messages.Number), "settled in one call");
        _broker.Clock.Advance(10 * RetryDelay);
        Assert.That(received, Has.Count.EqualTo(3), "only once");
        Assert.That(_broker.Broker.Faults.Total, Is.Zero, "no fault is counted");
    }

    [Test]
    public void Of_those_that_die_together_one_that_is_damaged_is_lost_to_the_log_and_the_others_go()
    {
        var consumer = _broker.Consume(_queue);
        for (int i = 1; i <= 3; i++)
            _broker.Publish(_queue, body: i);
        int settled = 0;
        _broker.Store.BeforeSettle = (number, _) => settled += number == _queue.Messages.Number ? 1 : 0;
        long second = consumer.Held[1].Sequence;
        _broker.Store.BeforeRead = message =>
        {
            if (message.Sequence == second && message.Length - MessageNote.Head(message) == 2)
                throw new StoreDamagedException("a file", 7, "no record");
        };

        RejectAll(consumer);

        Assert.That(_broker.Consume(_letters).Held.Select(message => message.Length - MessageNote.Head(message)), Is.EqualTo([1, 3]));
        Assert.That(
            _broker.QueueLog.Lines,
            Is.EqualTo(new[] { $"Error 303 Message {second} of queue 'q' is lost: a file at 7 is damaged: a file at 7: no record" }));
        Assert.That(
            (settled, _queue.Faults.QuarantinedCount, _broker.Broker.Faults.Total),
            Is.EqualTo((1, 0, 0L)),
            "settled in one call, and nothing is quarantined");
    }

    [Test]
    public void That_dead_letters_cannot_be_published_is_said_once_and_not_at_each_try()
    {
        var consumer = _broker.Consume(_queue);
        _broker.Publish(_queue);
        Fail("append", typeof(IOException));

        _queue.Reject(consumer.TakeFirst(), consumer.Subscription);
        _broker.Serve(_queue);
        for (int i = 0; i < 5; i++)
            _broker.Clock.Advance(RetryDelay);

        Assert.That(
            _broker.QueueLog.Lines,
            Is.EqualTo(new[] { "Error 318 Dead letters of queue 'q' in vhost '/' cannot be published now" }));
    }

    /// <summary>
    /// If the dead letter of a message is not written to the log, the broker settles the message without waiting for the disk.
    /// </summary>
    [TestCase(new byte[] { 0x10, 0, 2 }, true)]
    [TestCase(new byte[] { 0, 0 }, false)]
    public void A_settle_of_what_was_dead_lettered_is_bound_to_the_copy_that_is_written(byte[] properties, bool isWritten)
    {
        var bound = new List<(uint, bool)>();
        _broker.Store.BeforeSettle = (number, isBound) => bound.Add((number, isBound));
        var consumer = _broker.Consume(_queue);
        _broker.Publish(_queue, isPersistent: isWritten, properties: properties);

        _queue.Reject(consumer.TakeFirst(), consumer.Subscription);
        _broker.Serve(_queue);

        Assert.That(_letters.Counts.Ready, Is.EqualTo(1));
        Assert.That(bound, Is.EqualTo(new[] { (_queue.Messages.Number, isWritten) }));
    }

    [Test]
    public void A_settle_of_several_is_bound_when_one_of_their_copies_is_written()
    {
        var bound = new List<(uint, bool)>();
        _broker.Store.BeforeSettle = (number, isBound) => bound.Add((number, isBound));
        var consumer = _broker.Consume(_queue);
        _broker.Publish(_queue, isPersistent: true, properties: _persistent);
        _broker.Publish(_queue);

        RejectAll(consumer);

        Assert.That(_letters.Counts.Ready, Is.EqualTo(2));
        Assert.That(bound, Is.EqualTo(new[] { (_queue.Messages.Number, true) }));
    }

    [Test]
    public void A_settle_is_bound_to_a_copy_that_waits_in_an_exchange_too([Values] bool isExchangeDurable)
    {
        _broker.Host.Topology.DeclareExchange(
            "delays",
            "x-delayed-message",
            isExchangeDurable ? ExchangeFlags.Durable : ExchangeFlags.None,
            FieldTable.Empty.With("x-delayed-type", FieldValue.FromString("fanout")));
        var queue = _broker.Declare("dies", QueueFlags.Durable, ("x-dead-letter-exchange", "delays"));
        var bound = new List<(uint, bool)>();
        _broker.Store.BeforeSettle = (number, isBound) => bound.Add((number, isBound));
        var consumer = _broker.Consume(queue);
        _broker.Publish(queue, isPersistent: true, properties: Encoded.Properties(
            new BasicProperties { DeliveryMode = 2, Headers = FieldTable.Empty.With("x-delay", FieldValue.FromInt32(60_000)) }));

        queue.Reject(consumer.TakeFirst(), consumer.Subscription);
        _broker.Serve(queue);

        Assert.That(_broker.Host.FindExchange("delays")!.DelayedCount, Is.EqualTo(1));
        Assert.That(bound, Is.EqualTo(new[] { (queue.Messages.Number, isExchangeDurable) }));
    }

    [Test]
    public async Task Of_those_that_die_together_what_went_is_settled_and_the_others_are_there_after_a_restart()
    {
        var consumer = _broker.Consume(_queue);
        for (int i = 0; i < 3; i++)
            _broker.Publish(_queue, isPersistent: true, properties: _persistent);
        int copies = 0;
        _broker.Store.Before = (call, number) =>
        {
            if (call == "Append" && number == _letters.Messages.Number && ++copies > 1)
                throw new IOException("injected");
        };
        RejectAll(consumer);
        Assert.That(_letters.Counts.Ready, Is.EqualTo(1));

        _broker = await _broker.RestartAsync();

        Assert.That((_broker.Host.FindQueue("letters")!.Counts.Ready, _broker.Host.FindQueue("q")!.Counts.Ready), Is.EqualTo((1L, 2L)));
    }

    [Test]
    public void What_is_put_aside_instead_is_not_settled_and_can_be_had_back()
    {
        var consumer = _broker.Consume(_queue);
        _broker.Publish(_queue, isPersistent: true, properties: _persistent);
        var settled = new List<uint>();
        _broker.Store.BeforeSettle = (number, _) => settled.Add(number);
        _broker.Store.Break("Append", _letters.Messages.Number);

        RejectAll(consumer);

        Assert.That((_queue.Faults.QuarantinedCount, settled.Count, _queue.DeadLetters.AreWaiting), Is.EqualTo((1, 0, false)));
        Assert.That(_queue.Faults.ReturnQuarantined(_queue.Faults.Quarantined[0].Place, _broker.Round));
        _broker.Round.Complete();
        Assert.That((_queue.Faults.QuarantinedCount, consumer.Held.Count), Is.EqualTo((0, 1)));
    }

    /// <summary>While dead letters cannot be published, expired messages and messages above the length limit stay in their queue.</summary>
    [TestCase("x-max-length", 1)]
    [TestCase("x-message-ttl", 1)]
    public void What_stays_in_its_queue_while_the_disk_fails_dies_once_it_works_again(string why, int limit)
    {
        var queue = _broker.Declare("dies", (why, limit), ("x-dead-letter-exchange", ""), ("x-dead-letter-routing-key", "letters"));
        Fail("append", typeof(IOException));
        for (int i = 1; i <= 4; i++)
        {
            _broker.Publish(queue, body: i);
            _broker.Clock.Advance(1);
        }
        Assert.That(queue.Counts.Ready, Is.EqualTo(3), "only the first message has died");

        Fail("", typeof(IOException));
        _broker.Clock.Advance(RetryDelay);

        int kept = why == "x-max-length" ? 1 : 0;
        Assert.That(queue.Counts.Ready, Is.EqualTo(kept));
        Assert.That(
            _broker.Consume(_letters).Held.Select(message => message.Length - MessageNote.Head(message)),
            Is.EqualTo(Enumerable.Range(1, 4 - kept)));
    }

    [Test]
    public void What_died_before_its_queue_was_deleted_goes_all_the_same()
    {
        long before = _broker.Broker.Memory.Held.Bytes;
        var consumer = _broker.Consume(_queue);
        _broker.Publish(_queue, body: 300_000);
        Fail("append", typeof(IOException));
        RejectAll(consumer);
        _broker.Host.Topology.DeleteQueue(_queue, ifUnused: false, ifEmpty: false);

        Fail("", typeof(IOException));
        _broker.Clock.Advance(RetryDelay);

        Assert.That(_letters.Purge(), Is.EqualTo(1));
        Assert.That(
            (_broker.Broker.Memory.Held.Bytes, _broker.Store.MemoryInUse < 300_000),
            Is.EqualTo((before, true)),
            "neither held memory nor stored messages are left");
    }

    [Test]
    public void What_expires_waits_for_a_disk_that_is_behind_only_where_it_is_dead_lettered()
    {
        var dying = _broker.Declare(
            "dies", ("x-message-ttl", 10), ("x-dead-letter-exchange", ""), ("x-dead-letter-routing-key", "letters"));
        var dropping = _broker.Declare("drops", ("x-message-ttl", 10));
        _broker.Publish(dying);
        _broker.Publish(dropping);
        _broker.Store.Behind = true;

        _broker.Clock.Advance(100);
        Assert.That((dying.Counts.Ready, dropping.Counts.Ready, _letters.Counts.Ready), Is.EqualTo((1L, 0L, 0L)));

        _broker.Store.Behind = null;
        _broker.Clock.Advance(20);
        Assert.That((dying.Counts.Ready, _letters.Counts.Ready), Is.EqualTo((0L, 1L)));
    }

    [Test]
    public void What_a_queue_refuses_is_dead_lettered_and_its_memory_given_back()
    {
        var full = _broker.Declare(
            "full", ("x-max-length", 1), ("x-overflow", "reject-publish-dlx"), ("x-dead-letter-exchange", ""),
            ("x-dead-letter-routing-key", "letters"));
        long before = _broker.Broker.Memory.Held.Bytes;
        for (int i = 0; i < 4; i++)
            _broker.Publish(full, body: 100);

        Assert.That((full.Counts.Ready, _letters.Counts.Ready), Is.EqualTo((1, 3)));
        Assert.That(_broker.Broker.Memory.Held.Bytes, Is.EqualTo(before));
    }

    [Test]
    public void What_dies_is_held_until_it_is_published_and_no_longer()
    {
        var consumer = _broker.Consume(_queue);
        _broker.Publish(_queue);
        long before = _broker.Broker.Memory.Held.Bytes;
        Fail("read", typeof(IOException));
        _queue.Reject(consumer.TakeFirst(), consumer.Subscription);
        _broker.Serve(_queue);
        long meanwhile = _broker.Broker.Memory.Held.Bytes;
        Fail("", typeof(IOException));
        _broker.Clock.Advance(RetryDelay);

        Assert.That((meanwhile > before, _broker.Broker.Memory.Held.Bytes), Is.EqualTo((true, before)));
    }

    private void RejectAll(TestConsumer consumer)
    {
        while (consumer.Held.Count > 0)
            _queue.Reject(consumer.TakeFirst(), consumer.Subscription);
        _broker.Serve(_queue);
    }

    private void Fail(string call, Type failure)
    {
        _broker.Store.BeforeRead = _ => ThrowIf(call == "read");
        _broker.Store.Before = (called, number) => ThrowIf(call == "append" && called == "Append" && number == _letters.Messages.Number);

        void ThrowIf(bool isIt)
        {
            if (isIt)
                throw failure == typeof(StoreFailedException)
                    ? new StoreFailedException("injected")
                    : (Exception)Activator.CreateInstance(failure, "injected")!;
        }
    }
}
