namespace Amqp.Server.Broker.Queues;

/// <summary>
/// A message of the broker itself that is created while a lock may be held. The round publishes the message when no lock is held, because
/// routing takes the topology lock, which must not be taken under a queue's lock.
/// </summary>
internal interface IDeferredPublish
{
    /// <summary>
    /// Routes the message and stores it for its queues, which get it when the round hands its messages over.
    /// Called without a lock. Throws nothing.
    /// </summary>
    void PublishContained(DispatchRound round);
}
