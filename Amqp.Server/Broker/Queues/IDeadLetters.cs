namespace Amqp.Server.Broker.Queues;

/// <summary>Publishes the dead letters of queues to their dead-letter exchanges.</summary>
internal interface IDeadLetters
{
    /// <summary>
    /// Publishes the pending dead letters of a queue, up to the round's limit of work. The thread must hold no lock. Never throws.
    /// </summary>
    void Publish(Queue queue, DispatchRound round);
}
