using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>
/// A dispatch round gathers work for queues and outputs. When the round ends, each piece of work reaches the right object.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DispatchRoundTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public void Each_consumer_whose_messages_were_acknowledged_in_a_round_goes_on()
    {
        var queue = _broker.Declare("q");
        TestConsumer[] consumers = [_broker.Consume(queue, room: 1), _broker.Consume(queue, room: 1), _broker.Consume(queue, room: 1)];
        for (int i = 0; i < 9; i++)
            _broker.Publish(queue);
        for (int turn = 0; turn < 2; turn++)
        {
            foreach (var consumer in consumers)
                _broker.Round.Acknowledge(queue, consumer.Subscription, consumer.TakeFirst());
            _broker.Round.Complete();
        }

        Assert.That(consumers.Select(consumer => consumer.Received), Is.EqualTo([3, 3, 3]));
        Assert.That(queue.Counts, Is.EqualTo((0L, 3L, 3)));
    }

    [Test]
    public void Messages_for_several_queues_reach_each_in_their_order_and_once()
    {
        var (one, other) = (_broker.Declare("one"), _broker.Declare("other"));
        foreach (int body in new[] { 1, 2, 3, 4, 5, 6 })
            _broker.Post(body % 3 == 0 ? other : one, body);
        _broker.Round.Complete();
        _broker.Round.Complete();

        Assert.That((Bodies(one), Bodies(other)), Is.EqualTo(("1 2 4 5", "3 6")));
    }

    [Test]
    public void A_round_that_is_over_keeps_neither_queues_nor_outputs()
    {
        var queue = _broker.Declare("q");
        var output = new CountedOutput();
        _broker.Publish(queue);
        _broker.Round.Touch(output);
        _broker.Round.Touch(output);
        _broker.Round.NoteDue(output); // called by the test, because no queue of the test asks for a flush of the output
        _broker.Round.Complete();
        Assert.That(
            (output.Flushes, output.NotedBy, queue.NotedBy), Is.EqualTo((1, (DispatchRound?)null, (DispatchRound?)null)), "flushed once");

        _broker.Round.Complete();
        _broker.Round.FlushDue();

        Assert.That(output.Flushes, Is.EqualTo(1));
        Assert.That(queue.Counts.Ready, Is.EqualTo(1));
    }

    [Test]
    public void What_a_round_has_done_of_dead_letters_does_not_count_for_the_next()
    {
        var round = new DispatchRound();
        for (int i = 0; round.HasTimeForDeadLetters; i++)
        {
            Assert.That(i, Is.LessThan(10_000), "a round's time for dead letters ends");
            round.NoteDeadLetter(queues: 1, length: 10);
        }

        round.Complete();

        Assert.That(round.HasTimeForDeadLetters);
    }

    [Test]
    public void A_round_is_full_in_time_and_empty_when_it_was_handed_over()
    {
        var queue = _broker.Declare("q");
        int gathered = 0;
        for (; !_broker.Round.IsFull && gathered < 10_000; gathered++)
            _broker.Post(queue);

        Assert.That(gathered, Is.EqualTo(512));
        _broker.Round.HandOver();
        Assert.That((_broker.Round.IsFull, queue.Counts.Ready), Is.EqualTo((false, 512L)));
    }

    private string Bodies(Queue queue) =>
        string.Join(' ', _broker.Consume(queue).Held.Select(message => message.Length - MessageNote.Head(message)));

    private sealed class CountedOutput : IOutput
    {
        public int Flushes { get; private set; }

        public DispatchRound? NotedBy { get; set; }

        public void Flush() => Flushes++;
    }
}
