namespace Amqp.Server.Broker.Counts;

/// <summary>Kinds of creations and deletions that are counted: RabbitMQ's <c>churn_rates</c>, in the same order.</summary>
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
