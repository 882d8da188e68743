namespace Amqp.Server.Broker.Policies;

/// <summary>RabbitMQ's strategy for dead letters. In this broker the strategy only selects a counter in the statistics.</summary>
internal enum DeadLetterStrategy
{
    /// <summary>The queue has no dead-letter exchange, and drops dead messages.</summary>
    Disabled,
    AtMostOnce,
    AtLeastOnce,
}
