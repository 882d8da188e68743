using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Channels;

/// <summary>Lets consumers go on that waited for their connection's outbox. Runs on the thread pool.</summary>
internal sealed class DeliveryResumption(List<ChannelConsumer> consumers) : IThreadPoolWorkItem
{
    /// <summary>Throws nothing: what a queue or a round is asked to do keeps its errors to itself.</summary>
    public void Execute()
    {
        var round = PooledRound.Current;
        foreach (var consumer in consumers)
        {
            lock (consumer.Outbox.Gate)
                consumer.IsRefused = false;
            consumer.Queue.Resume(consumer.Subscription!);
            round.Touch(consumer.Queue);
        }
        round.Complete();
    }
}
