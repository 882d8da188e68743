using Amqp.Protocol;

namespace Amqp.Server.Broker.Events;

/// <summary>Something that has happened in the broker.</summary>
/// <param name="Name">RabbitMQ's name for it, such as <c>queue.created</c>.</param>
/// <param name="Time">When.</param>
/// <param name="Facts">What there is to say of it, by RabbitMQ's names.</param>
internal sealed record BrokerEvent(string Name, DateTimeOffset Time, FieldTable Facts);
