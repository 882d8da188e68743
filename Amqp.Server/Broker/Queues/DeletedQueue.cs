
namespace Amqp.Server.Broker.Queues;

/// <summary>The message count and the consumers of a queue at the time of its deletion.</summary>
/// <param name="Ready">Number of messages that were ready.</param>
/// <param name="Consumers">The consumers, which have to be notified.</param>
internal readonly record struct DeletedQueue(long Ready, IReadOnlyList<Subscription> Consumers)
{
    /// <summary>Notifies the consumers. Throws nothing.</summary>
    /// <remarks>Call after the delete-ok is written: the deleting client reads its reply first, as in RabbitMQ.</remarks>
    public void NotifyConsumers(DispatchRound round)
    {
        foreach (var subscription in Consumers)
            subscription.Consumer.OnQueueDeleted(round);
    }
}
