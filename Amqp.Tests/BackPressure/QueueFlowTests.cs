using Amqp.Server.Broker.Queues;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>The queues for whose consumers publishers wait, and the end of the wait.</summary>
[CancelAfter(60_000)]
public sealed class QueueFlowTests
{
    private const int Size = 2_000;
    private const int Backlog = QueueFlow.Backlog;

    private BareBroker _broker = null!;
    private Queue _queue = null!;

    [SetUp]
    public void Open()
    {
        _broker = new BareBroker();
        _queue = _broker.Declare("q");
    }

    [TearDown]
    public async Task CloseAsync() => await _broker.DisposeAsync();

    [TestCase(Backlog, Size, true)]
    [TestCase(Backlog - 1, Size, false)]
    [TestCase(2 * Backlog, 100, false)]
    public void Publishers_wait_for_consumers_that_have_a_large_backlog(int ready, int size, bool wait)
    {
        _broker.Consume(_queue, room: 1);
        Publish(ready + 1, size);

        Assert.That(_queue.Deliveries.Flow.TryWait(), wait ? Is.Not.Null : Is.Null);
    }

    [Test]
    public void Publishers_do_not_wait_for_a_queue_without_consumers()
    {
        Publish(2 * Backlog, Size);

        Assert.That(_queue.Deliveries.Flow.TryWait(), Is.Null);
    }

    [Test]
    public async Task The_wait_ends_when_half_of_the_backlog_is_delivered()
    {
        var consumer = _broker.Consume(_queue, room: 1);
        Publish(Backlog + 1, Size);
        var wait = _queue.Deliveries.Flow.TryWait()!;

        consumer.Room = Backlog / 2 + 1;
        _broker.Acknowledge(_queue, consumer);
        while (_queue.Counts.Ready > Backlog / 2)
            _queue.Deliveries.Drain(_broker.Round); // one drain delivers a limited number of messages

        await wait;
        Assert.That(_queue.Deliveries.Flow.TryWait(), Is.Null);
    }

    [Test]
    public async Task After_a_wait_without_deliveries_publishers_do_not_wait_again()
    {
        _broker.Consume(_queue, room: 1);
        Publish(Backlog + 1, Size);

        int waits = 0;
        for (; waits < 10 && _queue.Deliveries.Flow.TryWait() is { } wait; waits++)
            await wait;

        // The consumers count as slow for a time that doubles. So a test that is delayed may see a second wait, but not many.
        Assert.That(waits, Is.InRange(1, 9));
    }

    [Test]
    public async Task After_a_wait_with_many_deliveries_publishers_wait_again()
    {
        var consumer = _broker.Consume(_queue, room: 1);
        Publish(2 * Backlog, Size);
        var wait = _queue.Deliveries.Flow.TryWait()!;
        consumer.Room = 300;
        _broker.Acknowledge(_queue, consumer);

        await wait;

        Assert.That(_queue.Deliveries.Flow.TryWait(), Is.Not.Null);
    }

    [Test]
    public async Task The_wait_ends_when_the_queue_is_deleted()
    {
        _broker.Consume(_queue, room: 1);
        Publish(Backlog + 1, Size);
        var wait = _queue.Deliveries.Flow.TryWait()!;

        _queue.Delete(ifUnused: false, ifEmpty: false);

        await wait;
        Assert.That(_queue.Deliveries.Flow.TryWait(), Is.Null);
    }

    private void Publish(int count, int size)
    {
        for (int i = 0; i < count; i++)
            _broker.Post(_queue, body: size);
        _broker.Round.Complete();
    }
}
