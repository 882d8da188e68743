using Amqp.Protocol;

namespace Amqp.Server.Broker.Sessions;

/// <summary>How a queue is to be consumed.</summary>
/// <param name="Tag">The consumer's name within its session, not empty.</param>
/// <param name="NoAck">Deliveries need no acknowledgement.</param>
/// <param name="IsExclusive">Nobody else may consume from the queue.</param>
/// <param name="Priority">Higher ones are served first.</param>
/// <param name="Prefetch">Deliveries that may be with the client at once; 0: no limit.</param>
/// <param name="Arguments">Those that it was asked for with.</param>
internal readonly record struct ConsumeOptions(string Tag, bool NoAck, bool IsExclusive, int Priority, int Prefetch, FieldTable Arguments);
