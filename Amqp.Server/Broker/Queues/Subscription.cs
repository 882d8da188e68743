namespace Amqp.Server.Broker.Queues;

/// <summary>A consumer's subscription to a queue. The queue's lock guards the state.</summary>
internal sealed class Subscription
{
    public Subscription(IConsumer consumer, bool isExclusive)
    {
        (Consumer, IsExclusive) = (consumer, isExclusive);
        Place = new LinkedListNode<Subscription>(this);
    }

    public IConsumer Consumer { get; }

    /// <summary>True if no other consumer may subscribe to the queue.</summary>
    public bool IsExclusive { get; }

    /// <summary>False once the consumer has left the queue. <see cref="ConsumerRing.Resume"/> then has no effect.</summary>
    public bool IsSubscribed { get; set; }

    /// <summary>The consumer's node in the ring. The node is in no list while the consumer is parked or has left.</summary>
    public LinkedListNode<Subscription> Place { get; }
}
