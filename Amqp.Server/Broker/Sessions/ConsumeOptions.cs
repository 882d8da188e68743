using Amqp.Protocol;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Options of a new consumer.</summary>
/// <param name="Tag">The consumer tag, unique within the session and not empty.</param>
/// <param name="NoAck">True if deliveries need no acknowledgement.</param>
/// <param name="IsExclusive">True if no other consumer of the queue is allowed.</param>
/// <param name="Priority">Priority of the consumer. Consumers of a higher priority receive messages first.</param>
/// <param name="Prefetch">Maximum number of unacknowledged deliveries; 0: no limit.</param>
/// <param name="Arguments">The arguments of the request.</param>
internal readonly record struct ConsumeOptions(string Tag, bool NoAck, bool IsExclusive, int Priority, int Prefetch, FieldTable Arguments);
