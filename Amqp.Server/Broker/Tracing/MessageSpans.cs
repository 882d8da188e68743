using System.Diagnostics;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Configuration;

namespace Amqp.Server.Broker.Tracing;

/// <summary>Makes OpenTelemetry spans for messages with W3C's header <c>traceparent</c>. Thread-safe.</summary>
/// <remarks>Each span is a child of the span that the header names. The broker does not change the header.</remarks>
internal sealed class MessageSpans : IDisposable
{
    /// <summary>Name of the <see cref="ActivitySource"/>. Listeners subscribe to it.</summary>
    public const string SourceName = "AmqpBroker.Messages";

    /// <summary>Length of a <c>traceparent</c>: version, trace id, span id and flags, with hyphens in between.</summary>
    private const int ParentLength = 2 + 1 + 32 + 1 + 16 + 1 + 2;

    private readonly ActivitySource _source = new(SourceName, BrokerOptions.OwnVersion);

    /// <summary>
    /// Starts the span of a publish; returns null if the message is not traced. The caller disposes of the span to end it.
    /// </summary>
    /// <param name="virtualHost">The name of the virtual host.</param>
    /// <param name="message">The message's head.</param>
    /// <param name="bodySize">Octets of the message's body.</param>
    /// <exception cref="AmqpException">502: the property list does not match its flags.</exception>
    public Activity? StartPublish(string virtualHost, in EncodedMessage message, int bodySize)
    {
        if (!TryFindContext(message.Properties, out var context))
            return null;
        PublishAddress.Split(message.Address, out var exchange, out _);
        return Start(
            "publish", exchange.IsEmpty ? "amq.default" : Encoding.UTF8.GetString(exchange), "send", ActivityKind.Server, context,
            virtualHost, message, bodySize);
    }

    /// <summary>Makes the span of a delivery that was just written to the output. The span has almost no duration.</summary>
    /// <param name="operation"><c>deliver</c> or <c>get</c>.</param>
    /// <param name="message">The message as it is stored.</param>
    /// <param name="from">The queue that the message was taken from.</param>
    /// <param name="deliveryTag">Delivery tag on the channel that receives the message.</param>
    /// <param name="isRedelivered">True if the message was delivered before.</param>
    public void NoteDelivery(string operation, in EncodedMessage message, Queue from, ulong deliveryTag, bool isRedelivered)
    {
        if (!TryFindContext(message.Properties, out var context))
            return;
        using var span = Start(
            operation, from.Name, "receive", ActivityKind.Producer, context, from.VirtualHost, message, message.Body.Length);
        if (span is not { IsAllDataRequested: true })
            return;
        span.SetTag("messaging.destination.subscription.name", from.Name);
        span.SetTag("messaging.rabbitmq.message.delivery_tag", (long)deliveryTag);
        if (isRedelivered)
            span.SetTag("amqpbroker.redelivered", true);
    }

    public void Dispose() => _source.Dispose();

    private Activity? Start(
        string operation,
        string of,
        string type,
        ActivityKind kind,
        in ActivityContext parent,
        string virtualHost,
        in EncodedMessage message,
        int bodySize)
    {
        var span = _source.StartActivity($"{operation} {of}", kind, parent);
        if (span is not { IsAllDataRequested: true })
            return span;
        PublishAddress.Split(message.Address, out var exchange, out var routingKey);
        span.SetTag("messaging.system", "rabbitmq");
        span.SetTag("messaging.operation.name", operation);
        span.SetTag("messaging.operation.type", type);
        span.SetTag("messaging.destination.name", Encoding.UTF8.GetString(exchange));
        if (!routingKey.IsEmpty)
            span.SetTag("messaging.rabbitmq.destination.routing_key", Encoding.UTF8.GetString(routingKey));
        span.SetTag("messaging.message.body.size", (long)bodySize);
        SetTag(span, "messaging.message.id", message.Properties, PropertyFlags.MessageId);
        SetTag(span, "messaging.message.conversation_id", message.Properties, PropertyFlags.CorrelationId);
        span.SetTag("amqpbroker.vhost", virtualHost);
        return span;
    }

    private static void SetTag(Activity span, string name, ReadOnlySpan<byte> properties, PropertyFlags property)
    {
        if (EncodedProperties.Find(properties, property) is { IsEmpty: false } value)
            span.SetTag(name, Encoding.UTF8.GetString(value));
    }

    /// <summary>Reads <c>traceparent</c>. Returns false if the header is missing, malformed, or marked as not recorded.</summary>
    private static bool TryFindContext(ReadOnlySpan<byte> properties, out ActivityContext context)
    {
        context = default;
        var headers = EncodedProperties.Read(properties).Headers;
        if (headers.IsEmpty
            || !TryFindText(headers, "traceparent"u8, out var parent)
            || parent.Length < ParentLength
            || parent[(ParentLength - 2)..ParentLength].SequenceEqual("00"u8))
            return false;
        string? state = TryFindText(headers, "tracestate"u8, out var found) ? Encoding.UTF8.GetString(found) : null;
        return ActivityContext.TryParse(Encoding.UTF8.GetString(parent), state, isRemote: true, out context);
    }

    private static bool TryFindText(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!EncodedFieldTable.TryFind(headers, name, out var value)
            || (FieldType)value[0] is not (FieldType.LongString or FieldType.ByteArray))
            return false;
        text = new WireReader(value[1..]).ReadLongString();
        return true;
    }
}
