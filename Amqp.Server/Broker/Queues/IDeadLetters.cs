namespace Amqp.Server.Broker.Queues;

/// <summary>Carries messages that died in a queue to where they are dead-lettered.</summary>
internal interface IDeadLetters
{
    /// <summary>Publishes what died in a queue up to now, as far as the round's share of work goes; the thread pool does the rest. No lock is held. Throws nothing.</summary>
    void Publish(Queue queue, DispatchRound round);
}
