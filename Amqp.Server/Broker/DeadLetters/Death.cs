using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.DeadLetters;

/// <summary>One event in which a message died in a queue.</summary>
/// <param name="Reason">Reason of the death.</param>
/// <param name="Queue">Queue in which the message died.</param>
/// <param name="Time">Time of the death, in seconds since 1970-01-01 UTC.</param>
/// <param name="Exchange">Exchange to which the message had been published.</param>
/// <param name="RoutingKeys">The routing key, followed by the keys of the CC header.</param>
/// <param name="Expiration">Expiration from the publisher; null if none.</param>
internal readonly record struct Death(
    DeathReason Reason, string Queue, long Time, string Exchange, IReadOnlyList<string> RoutingKeys, string? Expiration);
