namespace Amqp.Server.Broker.Counts;

/// <summary>Objects that are created and deleted: RabbitMQ's <c>churn_rates</c>, in its order.</summary>
internal enum Churn
{
    ConnectionCreated,
    ConnectionClosed,
    ChannelCreated,
    ChannelClosed,

    /// <summary>Every declaration, also of a queue that exists already.</summary>
    QueueDeclared,
    QueueCreated,
    QueueDeleted,
}
