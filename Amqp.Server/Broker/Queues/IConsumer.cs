using Amqp.Server.Broker.Queues.Content;

namespace Amqp.Server.Broker.Queues;

/// <summary>A consumer of a queue, as basic.consume created it.</summary>
internal interface IConsumer
{
    /// <summary>
    /// Priority (<c>x-priority</c>), 0 by default. Consumers of a higher priority are served first while they have free capacity.
    /// </summary>
    int Priority { get; }

    /// <summary>True if the queue settles each delivery at once, without an acknowledgement.</summary>
    bool NoAck { get; }

    /// <summary>Takes messages from the queue and sends them, until the prefetch or the output is full.</summary>
    /// <remarks>Called under the queue's lock. The consumer takes the gate of its connection while that lock is held.</remarks>
    /// <param name="queue">The queue to take messages from (<see cref="QueueDeliveries.TryTake"/>).</param>
    /// <param name="most">Largest number of messages to take.</param>
    /// <param name="round">Notes the output to flush and the messages that were sent.</param>
    /// <returns>True if the consumer has free capacity left.</returns>
    /// <exception cref="QueueUnreadableException">The disk cannot be read now; messages taken before the error were sent.</exception>
    bool Deliver(Queue queue, int most, DispatchRound round);

    /// <summary>Notifies the consumer that its queue was deleted. Called without a lock.</summary>
    void OnQueueDeleted(DispatchRound round);
}
