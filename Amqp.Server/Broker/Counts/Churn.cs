namespace Amqp.Server.Broker.Counts;

/// <summary>What comes and goes: RabbitMQ's <c>churn_rates</c>, in its order.</summary>
internal enum Churn
{
    ConnectionCreated,
    ConnectionClosed,
    ChannelCreated,
    ChannelClosed,

    /// <summary>Declared, whether it was there already or not.</summary>
    QueueDeclared,
    QueueCreated,
    QueueDeleted,
}
