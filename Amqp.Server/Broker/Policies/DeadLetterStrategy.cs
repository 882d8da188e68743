namespace Amqp.Server.Broker.Policies;

/// <summary>Whether what dies in a queue is dead-lettered, and how surely.</summary>
internal enum DeadLetterStrategy
{
    /// <summary>It is dropped.</summary>
    Disabled,
    AtMostOnce,
    AtLeastOnce,
}
