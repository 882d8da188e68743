namespace Amqp.Server.Broker.Policies;

/// <summary>Types of queues, named by <c>x-queue-type</c>. <see cref="QueueKinds"/> has their differences.</summary>
internal enum QueueType
{
    Classic,

    /// <summary>On one node a quorum queue is a durable queue that counts deliveries.</summary>
    Quorum,
}
