using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Resumes consumers that waited for room in their connection's outbox. Runs on the thread pool.</summary>
internal sealed class DeliveryResumption(List<SessionConsumer> consumers) : IThreadPoolWorkItem
{
    /// <summary>Resumes the consumers. Throws nothing, because queues and rounds contain their exceptions.</summary>
    public void Execute()
    {
        var round = PooledRound.Current;
        foreach (var consumer in consumers)
            consumer.Resume(round);
        round.Complete();
    }
}
