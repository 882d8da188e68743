using Amqp.Server.Broker.Queues;
using Amqp.Storage;
using Amqp.Tests.Support;

namespace Amqp.Tests.DeadLetters;

/// <summary>What cannot be dead-lettered now stays in its queue and goes later, in its order and once.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DeadLetterRetryTests : IAsyncDisposable
{
    private const long RetryDelay = 1_000;

    private readonly BareBroker _broker = new();
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
        Assert.That((_letters.Counts.Ready, settled.Count), Is.EqualTo((0, 0)), "nothing went, nothing is lost");
        _broker.Clock.Advance(RetryDelay); // in vain
        Assert.That((_letters.Counts.Ready, settled.Count), Is.EqualTo((0, 0)), "nothing went, nothing is lost");
        Fail("", failure);
        _broker.Clock.Advance(RetryDelay);

        var received = _broker.Consume(_letters).Held;
        Assert.That(received.Select(message => message.Length - MessageNote.Head(message)), Is.EqualTo([300_001, 300_002, 300_003]));
        Assert.That(settled, Has.Count.EqualTo(1).And.All.EqualTo(_queue.Messages.Number), "in one go");
        _broker.Clock.Advance(10 * RetryDelay);
        Assert.That(received, Has.Count.EqualTo(3), "once");
        Assert.That(_broker.Broker.Faults.Total, Is.Zero, "nothing was unforeseen");
    }

    /// <summary>A copy that is not written lets its message go at once: on a full disk that makes room.</summary>
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
    public void What_a_queue_refuses_is_dead_lettered_and_its_memory_given_back()
    {
        var full = _broker.Declare("full", ("x-max-length", 1), ("x-overflow", "reject-publish-dlx"), ("x-dead-letter-exchange", ""), ("x-dead-letter-routing-key", "letters"));
        long before = _broker.Broker.HeldMemory.Bytes;
        for (int i = 0; i < 4; i++)
            _broker.Publish(full, body: 100);

        Assert.That((full.Counts.Ready, _letters.Counts.Ready), Is.EqualTo((1, 3)));
        Assert.That(_broker.Broker.HeldMemory.Bytes, Is.EqualTo(before));
    }

    [Test]
    public void What_dies_is_held_until_it_is_published_and_no_longer()
    {
        var consumer = _broker.Consume(_queue);
        _broker.Publish(_queue);
        long before = _broker.Broker.HeldMemory.Bytes;
        Fail("read", typeof(IOException));
        _queue.Reject(consumer.TakeFirst(), consumer.Subscription);
        _broker.Serve(_queue);
        long meanwhile = _broker.Broker.HeldMemory.Bytes;
        Fail("", typeof(IOException));
        _broker.Clock.Advance(RetryDelay);

        Assert.That((meanwhile > before, _broker.Broker.HeldMemory.Bytes), Is.EqualTo((true, before)));
    }

    private void Fail(string call, Type failure)
    {
        _broker.Store.BeforeRead = _ => ThrowIf(call == "read");
        _broker.Store.Before = (called, number) => ThrowIf(call == "append" && called == "Append" && number == _letters.Messages.Number);

        void ThrowIf(bool isIt)
        {
            if (isIt)
                throw failure == typeof(StoreFailedException) ? new StoreFailedException("injected") : (Exception)Activator.CreateInstance(failure, "injected")!;
        }
    }
}
