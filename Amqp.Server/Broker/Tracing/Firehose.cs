using Amqp.Protocol;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Tracing;

/// <summary>Copies all messages of a virtual host to <c>amq.rabbitmq.trace</c> (RabbitMQ's firehose). Immutable.</summary>
/// <param name="target">The exchange that receives the copies.</param>
internal sealed class Firehose(InternalExchange target)
{
    /// <summary>Name of the exchange that receives the copies.</summary>
    public const string ExchangeName = "amq.rabbitmq.trace";

    private readonly byte[] _exchangeName = OctetText.Encode(ExchangeName);

    /// <summary>Returns a copy of a published message; null if no copy can be made.</summary>
    /// <param name="message">The message as it will be stored.</param>
    /// <param name="headers">The headers as received, with BCC.</param>
    /// <param name="body">The message's body.</param>
    /// <param name="routedTo">The queues that receive the message.</param>
    /// <param name="by">The channel that published the message.</param>
    public InternalMessage? Published(
        in EncodedMessage message, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body, Queue[] routedTo, TracedBy by)
    {
        PublishAddress.Split(message.Address, out var exchange, out _);
        return Copy(
            $"publish.{OctetText.Decode(exchange)}", message.Address, message.Properties, headers, body,
            [
                .. by.Fields(target.Host.VirtualHost),
                new("routed_queues", FieldValue.FromArray([.. routedTo.Select(queue => FieldValue.FromString(queue.Name))])),
            ]);
    }

    /// <summary>Returns a copy of a delivered message; null if the message is a copy itself, or no copy can be made.</summary>
    /// <param name="address">Exchange and routing key of the message.</param>
    /// <param name="properties">The properties as the consumer receives them.</param>
    /// <param name="body">The message's body.</param>
    /// <param name="from">The queue that the message was taken from.</param>
    /// <param name="isRedelivered">True if the message was delivered before.</param>
    /// <param name="by">The channel that receives the message.</param>
    public InternalMessage? Delivered(
        ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body, Queue from, bool isRedelivered, TracedBy by)
    {
        PublishAddress.Split(address, out var exchange, out _);
        return exchange.SequenceEqual(_exchangeName)
            ? null
            : Copy(
                $"deliver.{from.Name}", address, properties, EncodedProperties.Read(properties).Headers, body,
                [new("redelivered", FieldValue.FromInt32(isRedelivered ? 1 : 0)), .. by.Fields(target.Host.VirtualHost)]);
    }

    /// <summary>Creates a copy. Returns null after an error, because tracing must not affect the traced message.</summary>
    private InternalMessage? Copy(
        string routingKey, ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body,
        KeyValuePair<string, FieldValue>[] facts)
    {
        try
        {
            return NewCopy(routingKey, address, properties, headers, body, facts);
        }
        catch (Exception error)
        {
            target.Host.Services.Faults.Note(
                Compartment.Events, $"a copy of a message for {ExchangeName} in vhost '{target.Host.VirtualHost}'", error);
            return null;
        }
    }

    private InternalMessage NewCopy(
        string routingKey, ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body,
        KeyValuePair<string, FieldValue>[] facts)
    {
        PublishAddress.Split(address, out var exchange, out var key);
        return new InternalMessage(
            target, routingKey,
            new BasicProperties
            {
                Headers = new FieldTable([
                    new("exchange_name", FieldValue.FromString(exchange)),
                    new("routing_keys", FieldValue.FromArray([FieldValue.FromString(key), .. FurtherKeys(headers)])),
                    new("properties", FieldValue.FromTable(TracedProperties.Of(properties))),
                    new("node", FieldValue.FromString(Node.Name)),
                    .. facts,
                ]),
            },
            body.ToArray());
    }

    /// <summary>Returns the keys of the CC and BCC headers. Skips values that are not texts.</summary>
    private static IEnumerable<FieldValue> FurtherKeys(ReadOnlySpan<byte> headers)
    {
        var table = FieldTableCodec.Read(headers);
        return Of("CC").Concat(Of("BCC"));

        IEnumerable<FieldValue> Of(string name) =>
            table[name] is { Type: FieldType.Array } keys ? keys.AsArray().Where(key => key.Type == FieldType.LongString) : [];
    }
}
