namespace Amqp.Server.Broker.Queues;

/// <summary>
/// A message of the broker itself that was caused under a lock. The round publishes it when no lock is held, because the topology lock,
/// which routing takes, must not be taken under a queue's lock.
/// </summary>
internal interface IDeferredPublish
{
    /// <summary>
    /// Routes the message and stores it for its queues, which get it when the round hands its messages over.
    /// Called without a lock. Throws nothing.
    /// </summary>
    void PublishContained(DispatchRound round);
}
