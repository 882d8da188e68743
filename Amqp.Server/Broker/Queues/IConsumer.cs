using Amqp.Server.Broker.Queues.Content;

namespace Amqp.Server.Broker.Queues;

/// <summary>Who takes messages from a queue. The broker's view of a basic.consume.</summary>
internal interface IConsumer
{
    /// <summary>Higher ones are served first for as long as they take messages. 0 unless asked for.</summary>
    int Priority { get; }

    /// <summary>Deliveries are settled by the queue as they go out.</summary>
    bool NoAck { get; }

    /// <summary>Takes messages off the queue and sends them, as many as the consumer has room for.</summary>
    /// <remarks>The queue's lock is held; the consumer takes its connection's under it.</remarks>
    /// <param name="queue">Where to <see cref="QueueDeliveries.TryTake"/> from.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="round">Learns what has to be flushed, and which messages went out.</param>
    /// <returns>True when the consumer could take more.</returns>
    /// <exception cref="QueueUnreadableException">The disk cannot be read just now; what was taken before went out.</exception>
    bool Deliver(Queue queue, int most, DispatchRound round);

    /// <summary>The queue is gone. No lock is held.</summary>
    void OnQueueDeleted(DispatchRound round);
}
