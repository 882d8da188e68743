using Amqp.Protocol;
using Amqp.Server.Broker.Events;

namespace Amqp.Server.Broker.Publishing;

/// <summary>Publishes events to the exchange <c>amq.rabbitmq.event</c>, as RabbitMQ's plugin rabbitmq_event_exchange does.</summary>
/// <remarks>The routing key is the name of the event. The headers hold its details.</remarks>
/// <param name="publisher">Publishes to the event exchange.</param>
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
