namespace Amqp.Server.Broker.Queues;

/// <summary>A consumer's subscription to a queue. The lock of the queue guards the state.</summary>
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

    /// <summary>True until the consumer leaves the queue. While false, <see cref="ConsumerRing.Resume"/> has no effect.</summary>
    public bool IsSubscribed { get; set; }

    /// <summary>
    /// The consumer's node in a list of the <see cref="ConsumerRing"/>. The node of a parked or removed consumer is in no list.
    /// </summary>
    public LinkedListNode<Subscription> Place { get; }
}
