
namespace Amqp.Server.Broker.Queues;

/// <summary>What a queue leaves behind when it is deleted.</summary>
/// <param name="Ready">How many messages were ready.</param>
/// <param name="Consumers">Who consumed from it.</param>
internal readonly record struct DeletedQueue(long Ready, IReadOnlyList<Subscription> Consumers)
{
    /// <summary>Tells the consumers. A deleting client reads its delete-ok first, as in RabbitMQ, so the reply goes before this. Throws nothing.</summary>
    public void NotifyConsumers(DispatchRound round)
    {
        foreach (var subscription in Consumers)
            subscription.Consumer.OnQueueDeleted(round);
    }
}
