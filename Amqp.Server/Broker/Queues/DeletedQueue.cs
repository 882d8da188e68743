
namespace Amqp.Server.Broker.Queues;

/// <summary>The number of ready messages, and the consumers, that a queue had when it was deleted.</summary>
/// <param name="Ready">Number of messages that were ready for delivery.</param>
/// <param name="Consumers">The consumers, which must be notified.</param>
internal readonly record struct DeletedQueue(long Ready, IReadOnlyList<Subscription> Consumers)
{
    /// <summary>Notifies the consumers that their queue was deleted. Never throws.</summary>
    /// <remarks>Called after queue.delete-ok was written, because RabbitMQ sends this reply first.</remarks>
    public void NotifyConsumers(DispatchRound round)
    {
        foreach (var subscription in Consumers)
            subscription.Consumer.OnQueueDeleted(round);
    }
}
