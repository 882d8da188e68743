namespace Amqp.Server.Broker.Queues;

/// <summary>A message of the broker's own that waits until no lock is held: what is done under a queue's lock cannot route.</summary>
internal interface IDeferredPublish
{
    /// <summary>Routes it and stores it for its queues, which have it when the round hands over. No lock is held. Throws nothing.</summary>
    void PublishContained(DispatchRound round);
}
