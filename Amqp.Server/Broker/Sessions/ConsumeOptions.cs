using Amqp.Protocol;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Options of a new consumer.</summary>
/// <param name="Tag">The consumer tag, unique within the session and not empty.</param>
/// <param name="NoAck">True if the consumer does not acknowledge.</param>
/// <param name="IsExclusive">True if the queue must have no other consumer.</param>
/// <param name="Priority">Consumers with a higher priority receive messages first.</param>
/// <param name="Prefetch">Maximum number of unacknowledged deliveries; 0 for no limit.</param>
/// <param name="Arguments">Arguments of basic.consume.</param>
internal readonly record struct ConsumeOptions(string Tag, bool NoAck, bool IsExclusive, int Priority, int Prefetch, FieldTable Arguments);
