namespace Amqp.Server.Broker.Queues;

/// <summary>A message of the broker itself that is published once no lock is held. Routing is not possible under a queue's lock.</summary>
internal interface IDeferredPublish
{
    /// <summary>
    /// Routes the message and stores it for its queues, which get it when the round hands its messages over.
    /// Called without a lock. Throws nothing.
    /// </summary>
    void PublishContained(DispatchRound round);
}
