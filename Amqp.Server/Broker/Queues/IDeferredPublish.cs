namespace Amqp.Server.Broker.Queues;

/// <summary>
/// A message that the broker itself publishes, created by a thread that may hold the lock of a queue. Routing takes the topology lock,
/// which must not be taken under a queue's lock. So a <see cref="DispatchRound"/> publishes the message later, when its thread holds no
/// lock.
/// </summary>
internal interface IDeferredPublish
{
    /// <summary>
    /// Routes the message and stores it for its queues. The queues receive the message when the round hands its messages over. Called while
    /// the thread holds no lock. Never throws.
    /// </summary>
    void PublishContained(DispatchRound round);
}
