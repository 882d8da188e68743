using Amqp.Server.Broker.Queues.Content;

namespace Amqp.Server.Broker.Queues;

/// <summary>A consumer of a queue, created by basic.consume.</summary>
internal interface IConsumer
{
    /// <summary>
    /// Priority (<c>x-priority</c>), 0 by default. Consumers of a higher priority are served first while they have free capacity.
    /// </summary>
    int Priority { get; }

    /// <summary>True if the consumer sends no acknowledgements. The queue then settles each message on delivery.</summary>
    bool NoAck { get; }

    /// <summary>Takes messages from the queue and sends them, until the consumer's prefetch limit or output buffer is full.</summary>
    /// <remarks>Called under the lock of the queue. Under that lock the consumer takes the lock of its connection.</remarks>
    /// <param name="queue">Queue to take messages from, with <see cref="QueueDeliveries.TryTake"/>.</param>
    /// <param name="most">Maximum number of messages to take.</param>
    /// <param name="round">Collects the output to flush and the sent messages.</param>
    /// <returns>True if the consumer has free capacity left.</returns>
    /// <exception cref="QueueUnreadableException">The disk cannot be read now. Messages taken before the error are sent.</exception>
    bool Deliver(Queue queue, int most, DispatchRound round);

    /// <summary>Notifies the consumer that its queue was deleted. Called while the thread holds no lock.</summary>
    void OnQueueDeleted(DispatchRound round);
}
