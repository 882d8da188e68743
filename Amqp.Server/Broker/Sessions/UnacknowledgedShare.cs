namespace Amqp.Server.Broker.Sessions;

/// <summary>The unacknowledged messages of one queue that one consumer has.</summary>
/// <param name="Consumer">The consumer; null for messages that were taken by basic.get.</param>
/// <param name="Count">Number of messages.</param>
/// <param name="Age">Time in milliseconds for which the oldest has been unacknowledged at least; null if unknown.</param>
internal sealed record UnacknowledgedShare(SessionConsumer? Consumer, int Count, long? Age);

/// <summary>Reason why a consumer cannot take messages.</summary>
internal enum ConsumerHold
{
    /// <summary>The consumer has free capacity.</summary>
    None,

    /// <summary>The consumer's own prefetch limit is reached.</summary>
    Prefetch,

    /// <summary>The prefetch limit of the session is reached.</summary>
    SessionPrefetch,

    /// <summary>The output of the client is full.</summary>
    Output,
}
