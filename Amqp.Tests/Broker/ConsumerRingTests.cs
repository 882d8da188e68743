using Amqp.Server.Broker.Queues;

namespace Amqp.Tests.Broker;

public class ConsumerRingTests
{
    [Test]
    [CancelAfter(30_000)] // takes less than a second, but minutes if the ring kept parts of removed consumers
    public void Consumers_that_are_gone_leave_no_trace_whatever_their_priorities_were(CancellationToken cancellation)
    {
        var ring = new ConsumerRing(singleActive: false);
        var staying = Subscribe(ring, priority: 0);
        for (int priority = 20_000; priority > 0; priority--)
            ring.Remove(Subscribe(ring, priority));

        for (int turn = 0; turn < 10_000_000; turn++)
        {
            if (!ReferenceEquals(ring.Next(out _), staying))
                Assert.Fail("the consumer that stayed has lost its turn");
            cancellation.ThrowIfCancellationRequested();
        }
    }

    [Test]
    public void A_consumer_that_was_parked_when_others_of_its_priority_left_gets_its_turn_again()
    {
        var ring = new ConsumerRing(singleActive: false);
        var low = Subscribe(ring, priority: 0);
        var parked = Subscribe(ring, priority: 5);
        var leaving = Subscribe(ring, priority: 5);
        ConsumerRing.Park(parked);
        ring.Remove(leaving);
        Assert.That(ring.Next(out _), Is.SameAs(low));

        Assert.That(ring.Resume(parked), Is.True);

        Assert.That(ring.Next(out _), Is.SameAs(parked));
    }

    [Test]
    public void A_consumer_that_left_while_it_was_parked_does_not_come_back()
    {
        var ring = new ConsumerRing(singleActive: false);
        var gone = Subscribe(ring, priority: 0);
        ConsumerRing.Park(gone);
        ring.Remove(gone);

        Assert.That(ring.Resume(gone), Is.False);
        Assert.That(ring.Next(out _), Is.Null);
    }

    [Test]
    public void Of_one_that_is_served_alone_the_next_is_the_oldest_of_the_highest_priority()
    {
        var ring = new ConsumerRing(singleActive: true);
        var first = Subscribe(ring, priority: 0);
        var low = Subscribe(ring, priority: 1);
        var high = Subscribe(ring, priority: 5);
        var younger = Subscribe(ring, priority: 5);
        Assert.That(ring.Active, Is.SameAs(first));

        foreach (var (goes, follows) in new[] { (first, high), (high, younger), (younger, low) })
        {
            ring.Remove(goes);
            Assert.That(ring.Active, Is.SameAs(follows));
        }
    }

    private static Subscription Subscribe(ConsumerRing ring, int priority)
    {
        var subscription = new Subscription(new Consumer(priority), isExclusive: false);
        ring.Add(subscription);
        return subscription;
    }

    private sealed class Consumer(int priority) : IConsumer
    {
        public int Priority => priority;

        public bool NoAck => true;

        public bool Deliver(Queue queue, int most, DispatchRound round) => throw new NotSupportedException();

        public void OnQueueDeleted(DispatchRound round) => throw new NotSupportedException();
    }
}
