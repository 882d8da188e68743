using Amqp.Server.Broker.Queues;
using Amqp.Storage;

namespace Amqp.Server.Broker.Exchanges;

/// <summary>Where messages of one exchange and routing key go. Immutable; good for as long as the topology stays as it is.</summary>
internal sealed class MessageRoute(Queue[] queues)
{
    public Queue[] Queues { get; } = queues;

    /// <summary>True when none of the queues has rules of its own about what is published to it.</summary>
    public bool IsPlain { get; } = Array.TrueForAll(queues, queue => queue.Settings.IsPlain);

    /// <summary>The same queues as the store knows them, in the same order.</summary>
    public StoredQueue[] Stored { get; } = Array.ConvertAll(queues, queue => queue.Messages.Stored);
}
