namespace Amqp.Server.Broker.Policies;

/// <summary>The kinds of queues, by <c>x-queue-type</c>.</summary>
internal enum QueueType
{
    Classic,

    /// <summary>On one node a durable queue that counts deliveries.</summary>
    Quorum,
}
