namespace Amqp.Server.Broker.Queues;

/// <summary>Publishes the dead letters of queues to their dead-letter exchanges.</summary>
internal interface IDeadLetters
{
    /// <summary>
    /// Publishes the pending dead letters of a queue, until the round has reached its limit of work. The thread pool publishes the rest.
    /// Called while the thread holds no lock. Never throws.
    /// </summary>
    void Publish(Queue queue, DispatchRound round);
}
