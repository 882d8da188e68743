using Amqp.Protocol;
using Amqp.Server.Broker.Events;

namespace Amqp.Server.Broker.Publishing;

/// <summary>Publishes what happens in the broker to <c>amq.rabbitmq.event</c>, as RabbitMQ's plugin of that name does: the event's name is the routing key, its facts are the headers.</summary>
/// <param name="publisher">That of the exchange.</param>
internal sealed class EventExchange(InternalPublisher publisher) : IBrokerEventListener
{
    public const string Name = "amq.rabbitmq.event";

    /// <inheritdoc/>
    public bool IsListening => publisher.IsHeard;

    /// <inheritdoc/>
    public void Hear(BrokerEvent happened) => publisher.Publish(
        happened.Name,
        new BasicProperties
        {
            DeliveryMode = 2,
            Timestamp = (ulong)happened.Time.ToUnixTimeSeconds(),
            Headers = happened.Facts.With("timestamp_in_ms", FieldValue.FromInt64(happened.Time.ToUnixTimeMilliseconds())),
        },
        []);
}
