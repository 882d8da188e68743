namespace Amqp.Server.Broker.Policies;

/// <summary>
/// RabbitMQ's strategy for dead letters. It only selects the counter in the statistics: with any strategy, this broker settles a stored
/// dead letter only after it is stored for its targets.
/// </summary>
internal enum DeadLetterStrategy
{
    /// <summary>Dead messages are dropped.</summary>
    Disabled,
    AtMostOnce,
    AtLeastOnce,
}
