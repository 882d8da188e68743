using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>Publishes messages with deduplication keys to the exchanges of a broker without sockets.</summary>
internal sealed class KeyedPublisher(BareBroker broker)
{
    /// <summary>The dispatch round of the thread that publishes.</summary>
    public DispatchRound Round { get; init; } = broker.Round;

    /// <summary>Publishes a message whose header <c>x-deduplication-header</c> has this value.</summary>
    /// <returns>The result of <see cref="MessageIntake.Store"/>.</returns>
    public long Publish(
        string exchange, string key, string? value, bool isPersistent = false, int body = 0, byte priority = 0, long? lifetime = null)
    {
        var headers = value is null ? FieldTable.Empty : FieldTable.Empty.With("x-deduplication-header", FieldValue.FromString(value));
        if (lifetime is { } given)
            headers = headers.With("x-cache-ttl", FieldValue.FromInt64(given));
        var properties = new BasicProperties { DeliveryMode = isPersistent ? (byte)2 : (byte)1, Priority = priority, Headers = headers };
        return Publish(exchange, key, properties, body);
    }

    /// <inheritdoc cref="Publish(string, string, string?, bool, int, byte, long?)"/>
    public long Publish(string exchange, string key, BasicProperties properties, int body = 0)
    {
        byte[] encoded = Encoded.Properties(properties);
        var address = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(address);
        writer.WriteShortString(exchange);
        writer.WriteShortString(key);
        byte[] head = EncodedMessage.NewHead(address.WrittenSpan, encoded, default);
        var read = EncodedProperties.Read(encoded);
        var finder = new RouteFinder(broker.Host.Routing);
        broker.Host.Routing.Follow(
            broker.Host.FindExchange(exchange)!, RoutedMessage.Of(address.WrittenSpan, encoded, read.Headers, []), finder);
        var intake = new MessageIntake(broker.Host.Services);
        long position = intake.Store(finder.ToRoute(), head, new byte[body], MessageTraits.Of(read), Round);
        Round.Complete();
        return position;
    }
}
