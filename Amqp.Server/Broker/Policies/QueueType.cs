namespace Amqp.Server.Broker.Policies;

/// <summary>Types of queues, as named by <c>x-queue-type</c>. <see cref="QueueKinds"/> defines how they differ.</summary>
internal enum QueueType
{
    Classic,

    /// <summary>A durable queue that counts deliveries. RabbitMQ would also replicate the queue to other nodes.</summary>
    Quorum,
}
