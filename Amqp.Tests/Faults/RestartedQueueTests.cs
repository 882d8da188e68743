using Amqp.Server.Broker.Queues;
using Amqp.Tests.Support;

namespace Amqp.Tests.Faults;

/// <summary>
/// A crashed queue is restarted with its declared properties. Messages and consumers from before the crash do not block the queue.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestartedQueueTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public void An_unused_queue_does_not_expire_while_it_has_crashed_and_has_its_whole_time_from_the_restart_on()
    {
        var queue = _broker.Declare("q", ("x-expires", 1_000));
        _broker.Publish(queue);
        Crash(queue);
        _broker.Clock.Advance(5_000);
        Assert.That((_broker.Host.FindQueue("q"), queue.Counts.Ready), Is.EqualTo((queue, 1L)));

        Restart(queue);

        _broker.Clock.Advance(999);
        Assert.That(_broker.Host.FindQueue("q"), Is.SameAs(queue), "one millisecond is left");
        _broker.Clock.Advance(1);
        Assert.That(_broker.Host.FindQueue("q"), Is.Null);
    }

    [Test]
    public void Room_that_was_kept_at_the_crash_is_free_after_the_restart()
    {
        var queue = _broker.Declare("q", ("x-max-length", 1), ("x-overflow", "reject-publish"));
        _broker.Post(queue);
        Crash(queue);
        _broker.Round.Complete(); // until its restart, the crashed queue keeps the message

        Restart(queue);

        Assert.That(BareBroker.Get(queue));
        Assert.That(_broker.Publish(queue), Is.Zero);
        Assert.That(queue.Counts.Ready, Is.EqualTo(1));
    }

    [Test]
    public void One_consumer_alone_is_active_after_the_restart_where_it_was_before()
    {
        var queue = _broker.Declare("q", ("x-single-active-consumer", true));
        Crash(queue);
        Restart(queue);

        var (active, waiting) = (_broker.Consume(queue), _broker.Consume(queue));
        _broker.Publish(queue);
        _broker.Publish(queue);

        Assert.That((active.Received, waiting.Received), Is.EqualTo((2, 0)));
    }

    [Test]
    public void Who_consumed_before_the_crash_is_told_of_it_and_gets_nothing_after_the_restart()
    {
        var queue = _broker.Declare("q");
        var consumer = _broker.Consume(queue, room: 1);
        _broker.Publish(queue);
        Crash(queue);
        _broker.Serve(queue);
        Assert.That(consumer.IsTold);
        Restart(queue);

        // the acknowledgement frees the prefetch count, but the consumer from before the crash must receive no further message
        _broker.Acknowledge(queue, consumer);
        _broker.Publish(queue);

        Assert.That(consumer.Received, Is.EqualTo(1));
        Assert.That(queue.Counts, Is.EqualTo((1L, 0L, 0)));
    }

    [Test]
    public void What_comes_back_to_a_crashed_queue_is_there_after_the_restart_and_marked()
    {
        var queue = _broker.Declare("q");
        _broker.Publish(queue);
        var consumer = _broker.Consume(queue);
        Crash(queue);
        queue.Requeue([consumer.TakeFirst()], isReturned: true);
        Assert.That(queue.Counts, Is.EqualTo((0L, 0L, 0)));

        Restart(queue);

        Assert.That(queue.Counts.Ready, Is.EqualTo(1));
        Assert.That(_broker.Consume(queue).Held.Single().IsRedelivered);
    }

    [Test]
    public void A_crashed_queue_that_is_deleted_lets_go_of_what_has_come_since()
    {
        var queue = _broker.Declare("q");
        _broker.Post(queue, body: 300_000);
        Crash(queue);
        _broker.Round.Complete();
        Assert.That(_broker.Store.MemoryInUse, Is.GreaterThan(300_000));

        _broker.Host.Topology.DeleteQueue(queue, ifUnused: false, ifEmpty: false);

        Assert.That(_broker.Store.MemoryInUse, Is.LessThan(300_000));
    }

    private void Crash(Queue queue)
    {
        _broker.Store.Break("Settle", queue.Messages.Number);
        queue.Acknowledge([], null);
        Assert.That(queue.Faults.IsCrashed);
    }

    private void Restart(Queue queue)
    {
        Assert.That(queue.Faults.Restart(_broker.Round));
        _broker.Round.Complete();
    }
}
