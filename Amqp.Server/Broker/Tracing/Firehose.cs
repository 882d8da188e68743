using Amqp.Protocol;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Tracing;

/// <summary>Tells every message that is published or delivered in a virtual host to <c>amq.rabbitmq.trace</c> (RabbitMQ's firehose).</summary>
/// <param name="target">The exchange of that name.</param>
/// <remarks>Immutable. It costs what a second message costs, for as long as it is on.</remarks>
internal sealed class Firehose(InternalExchange target)
{
    /// <summary>Where the copies are published.</summary>
    public const string ExchangeName = "amq.rabbitmq.trace";

    private readonly byte[] _exchangeName = OctetText.Encode(ExchangeName);

    /// <summary>A copy of a message as it was published; null where none can be made.</summary>
    /// <param name="message">As it will be stored.</param>
    /// <param name="headers">Its headers as they came, with BCC.</param>
    /// <param name="body">Its body.</param>
    /// <param name="routedTo">The queues that get it.</param>
    /// <param name="by">Who published it.</param>
    public InternalMessage? Published(in EncodedMessage message, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body, Queue[] routedTo, TracedBy by)
    {
        PublishAddress.Split(message.Address, out var exchange, out _);
        return Copy(
            $"publish.{OctetText.Decode(exchange)}", message.Address, message.Properties, headers, body,
            [
                .. by.Fields(target.Host.VirtualHost),
                new("routed_queues", FieldValue.FromArray([.. routedTo.Select(queue => FieldValue.FromString(queue.Name))])),
            ]);
    }

    /// <summary>A copy of a message as it is delivered; null for one that is such a copy itself.</summary>
    /// <param name="address">Its exchange and routing key.</param>
    /// <param name="properties">As the consumer gets them.</param>
    /// <param name="body">Its body.</param>
    /// <param name="from">The queue that it was in.</param>
    /// <param name="isRedelivered">Whether it was delivered before.</param>
    /// <param name="by">Who gets it.</param>
    public InternalMessage? Delivered(ReadOnlySpan<byte> address, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body, Queue from, bool isRedelivered, TracedBy by)
    {
        PublishAddress.Split(address, out var exchange, out _);
        return exchange.SequenceEqual(_exchangeName)
            ? null
            : Copy(
                $"deliver.{from.Name}", address, properties, EncodedProperties.Read(properties).Headers, body,
                [new("redelivered", FieldValue.FromInt32(isRedelivered ? 1 : 0)), .. by.Fields(target.Host.VirtualHost)]);
    }

    /// <summary>Null where it cannot be made: what is traced goes its way all the same.</summary>
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
            target.Host.Services.Faults.Note(Compartment.Events, $"a copy of a message for {ExchangeName} in vhost '{target.Host.VirtualHost}'", error);
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

    /// <summary>What cannot be a key is passed over: nobody is there to be told of it.</summary>
    private static IEnumerable<FieldValue> FurtherKeys(ReadOnlySpan<byte> headers)
    {
        var table = FieldTableCodec.Read(headers);
        return Of("CC").Concat(Of("BCC"));

        IEnumerable<FieldValue> Of(string name) =>
            table[name] is { Type: FieldType.Array } keys ? keys.AsArray().Where(key => key.Type == FieldType.LongString) : [];
    }
}
