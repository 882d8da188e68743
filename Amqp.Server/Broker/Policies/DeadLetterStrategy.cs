namespace Amqp.Server.Broker.Policies;

/// <summary>
/// RabbitMQ's strategy for dead letters. Here the strategy only selects the counter in the statistics. With any strategy, this broker
/// removes a dead letter from its old queue only after it was stored in its new queues.
/// </summary>
internal enum DeadLetterStrategy
{
    /// <summary>The queue drops messages that die.</summary>
    Disabled,
    AtMostOnce,
    AtLeastOnce,
}
