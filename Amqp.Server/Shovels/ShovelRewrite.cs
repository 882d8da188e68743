using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Links;
using Amqp.Server.Client;
using Amqp.Server.Links;

namespace Amqp.Server.Shovels;

/// <summary>Changes the address and the properties of the messages of a shovel. Used by one task.</summary>
/// <param name="definition">The shovel.</param>
/// <param name="clusterName">Name of this broker's cluster.</param>
/// <param name="source">The source in use.</param>
/// <param name="destination">The destination in use.</param>
/// <param name="clock">The time for the timestamp header.</param>
internal sealed class ShovelRewrite(
    ShovelDefinition definition, string clusterName, AmqpUri source, AmqpUri destination, TimeProvider clock)
{
    private const string ForwardHeader = "x-shovelled";
    private const string TimestampHeader = "x-shovelled-timestamp";

    private readonly FieldValue _hop = FieldValue.FromTable(Hop(definition, clusterName, source, destination));
    private readonly bool _keepsProperties =
        !definition.AddsForwardHeaders && !definition.AddsTimestampHeader && definition.PublishProperties.Count == 0;

    public RelayedMessage? Rewrite(ClientMessage message) => new RelayedMessage(
        definition.DestinationQueue is not null ? "" : definition.DestinationExchange ?? message.Exchange,
        definition.DestinationQueue ?? definition.DestinationKey ?? message.RoutingKey,
        _keepsProperties ? message.EncodedProperties : Encode(Change(message.Properties)));

    private BasicProperties Change(BasicProperties properties)
    {
        foreach (var (name, value) in definition.PublishProperties)
            properties = With(properties, name, value);
        var headers = properties.Headers ?? FieldTable.Empty;
        if (definition.AddsForwardHeaders)
        {
            var earlier = headers[ForwardHeader] is { Type: FieldType.Array } hops ? hops.AsArray() : [];
            headers = new FieldTable(headers.Where(header => header.Key != ForwardHeader))
                .With(ForwardHeader, FieldValue.FromArray([_hop, .. earlier]));
        }
        if (definition.AddsTimestampHeader)
            headers = new FieldTable(headers.Where(header => header.Key != TimestampHeader))
                .With(TimestampHeader, FieldValue.FromInt64(clock.GetUtcNow().ToUnixTimeSeconds()));
        return headers.Count == 0 ? properties : properties with { Headers = headers };
    }

    private static BasicProperties With(BasicProperties properties, string name, FieldValue value) => name switch
    {
        "content_type" => properties with { ContentType = value.AsString() },
        "content_encoding" => properties with { ContentEncoding = value.AsString() },
        "delivery_mode" => properties with { DeliveryMode = (byte)value.AsInteger() },
        "priority" => properties with { Priority = (byte)value.AsInteger() },
        "correlation_id" => properties with { CorrelationId = value.AsString() },
        "reply_to" => properties with { ReplyTo = value.AsString() },
        "expiration" => properties with { Expiration = value.AsString() },
        "message_id" => properties with { MessageId = value.AsString() },
        "timestamp" => properties with { Timestamp = (ulong)value.AsInteger() },
        "type" => properties with { Type = value.AsString() },
        "user_id" => properties with { UserId = value.AsString() },
        "app_id" => properties with { AppId = value.AsString() },
        "cluster_id" => properties with { ClusterId = value.AsString() },
        _ => properties with { Headers = value.AsTable() },
    };

    private static byte[] Encode(BasicProperties properties)
    {
        var encoded = new ArrayBufferWriter<byte>();
        properties.Write(encoded);
        return encoded.WrittenSpan.ToArray();
    }

    /// <summary>Returns the entry of the forward header, in RabbitMQ's order.</summary>
    private static FieldTable Hop(ShovelDefinition definition, string clusterName, AmqpUri source, AmqpUri destination)
    {
        (string Key, string? Value)[] fields =
        [
            ("shovelled-by", clusterName),
            ("shovel-type", "dynamic"),
            ("shovel-name", definition.Name),
            ("shovel-vhost", definition.VirtualHost),
            ("src-uri", source.ToString()),
            ("dest-uri", destination.ToString()),
            ("src-exchange", definition.SourceExchange),
            ("src-exchange-key", definition.SourceExchange is null ? null : definition.SourceKey),
            ("src-queue", definition.SourceQueue),
            ("dest-exchange", definition.DestinationExchange),
            ("dest-exchange-key", definition.DestinationKey),
            ("dest-queue", definition.DestinationQueue),
        ];
        return new FieldTable(fields.Where(field => field.Value is not null)
            .Select(field => KeyValuePair.Create(field.Key, FieldValue.FromString(field.Value!))));
    }
}
