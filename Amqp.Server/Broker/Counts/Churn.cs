namespace Amqp.Server.Broker.Counts;

/// <summary>Kinds of events that the broker counts, in the order of RabbitMQ's <c>churn_rates</c>.</summary>
internal enum Churn
{
    ConnectionCreated,
    ConnectionClosed,
    ChannelCreated,
    ChannelClosed,

    /// <summary>Every queue.declare, even for a queue that already exists.</summary>
    QueueDeclared,
    QueueCreated,
    QueueDeleted,
}
