namespace Amqp.Server.Broker.Queues;

/// <summary>A consumer's place at a queue. The queue's lock guards it.</summary>
internal sealed class Subscription
{
    public Subscription(IConsumer consumer, bool isExclusive)
    {
        (Consumer, IsExclusive) = (consumer, isExclusive);
        Place = new LinkedListNode<Subscription>(this);
    }

    public IConsumer Consumer { get; }

    /// <summary>No one else may consume from the queue.</summary>
    public bool IsExclusive { get; }

    /// <summary>False once the consumer is gone: a late resume then finds nothing.</summary>
    public bool IsSubscribed { get; set; }

    /// <summary>Where it stands among those that can take messages; in no list while the consumer is parked or gone.</summary>
    public LinkedListNode<Subscription> Place { get; }
}
