using Amqp.Protocol;

namespace Amqp.Server.Broker.Events;

/// <summary>An event of the broker, such as the declaration of a queue.</summary>
/// <param name="Name">RabbitMQ's name of the event, such as <c>queue.created</c>.</param>
/// <param name="Time">Time of the event.</param>
/// <param name="Facts">Details of the event, with RabbitMQ's names.</param>
internal sealed record BrokerEvent(string Name, DateTimeOffset Time, FieldTable Facts);
