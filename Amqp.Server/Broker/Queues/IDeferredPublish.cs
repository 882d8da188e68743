namespace Amqp.Server.Broker.Queues;

/// <summary>A message that the broker itself publishes, at the end of a <see cref="DispatchRound"/>.</summary>
/// <remarks>Routing takes the topology lock, which must not be taken under a queue's lock.</remarks>
internal interface IDeferredPublish
{
    /// <summary>Routes the message and stores it for its queues. The thread must hold no lock. Never throws.</summary>
    void PublishContained(DispatchRound round);
}
