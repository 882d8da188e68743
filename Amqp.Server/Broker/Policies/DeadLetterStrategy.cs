namespace Amqp.Server.Broker.Policies;

/// <summary>
/// RabbitMQ's strategy for dead letters. Counted in the statistics only: this broker never loses a dead letter between queue and target.
/// </summary>
internal enum DeadLetterStrategy
{
    /// <summary>Dead messages are dropped.</summary>
    Disabled,
    AtMostOnce,
    AtLeastOnce,
}
