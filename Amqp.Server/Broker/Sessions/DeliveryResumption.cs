using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Resumes consumers that waited for room in the output of their connection. Runs on the thread pool.</summary>
internal sealed class DeliveryResumption(List<SessionConsumer> consumers) : IThreadPoolWorkItem
{
    /// <summary>Resumes the consumers. Never throws, because queues and rounds catch their own exceptions.</summary>
    public void Execute()
    {
        var round = PooledRound.Current;
        foreach (var consumer in consumers)
            consumer.Resume(round);
        round.Complete();
    }
}
