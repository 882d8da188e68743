using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Lets consumers go on that waited for their connection's outbox. Runs on the thread pool.</summary>
internal sealed class DeliveryResumption(List<SessionConsumer> consumers) : IThreadPoolWorkItem
{
    /// <summary>Throws nothing: what a queue or a round is asked to do keeps its errors to itself.</summary>
    public void Execute()
    {
        var round = PooledRound.Current;
        foreach (var consumer in consumers)
            consumer.Resume(round);
        round.Complete();
    }
}
