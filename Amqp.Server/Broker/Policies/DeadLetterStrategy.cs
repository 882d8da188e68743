namespace Amqp.Server.Broker.Policies;

/// <summary>
/// RabbitMQ's strategy for dead letters. The strategy only selects the counter in the statistics. Whatever the strategy, this broker
/// settles a dead letter in its old queue only after the dead letter is stored in its target queues.
/// </summary>
internal enum DeadLetterStrategy
{
    /// <summary>Dead messages are dropped.</summary>
    Disabled,
    AtMostOnce,
    AtLeastOnce,
}
