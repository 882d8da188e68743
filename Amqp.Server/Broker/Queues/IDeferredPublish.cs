namespace Amqp.Server.Broker.Queues;

/// <summary>
/// A message that the broker itself publishes, created while a lock may be held. The round publishes the message later, when no lock is
/// held. The reason is that routing takes the topology lock, which must not be taken under a queue's lock.
/// </summary>
internal interface IDeferredPublish
{
    /// <summary>
    /// Routes the message and stores it for its queues. They receive it when the round hands its messages over. Called while the thread
    /// holds no lock. Never throws.
    /// </summary>
    void PublishContained(DispatchRound round);
}
