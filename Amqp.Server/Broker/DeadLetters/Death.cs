using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.DeadLetters;

/// <summary>One death of a message.</summary>
/// <param name="Reason">Why it died.</param>
/// <param name="Queue">The queue that it died in.</param>
/// <param name="Time">Seconds since 1970-01-01 UTC.</param>
/// <param name="Exchange">The exchange that it had been published to.</param>
/// <param name="RoutingKeys">Its routing key, then those of its CC header.</param>
/// <param name="Expiration">The expiration that its publisher gave it, if any.</param>
internal readonly record struct Death(DeathReason Reason, string Queue, long Time, string Exchange, IReadOnlyList<string> RoutingKeys, string? Expiration);
