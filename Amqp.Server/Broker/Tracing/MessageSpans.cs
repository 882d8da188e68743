using System.Diagnostics;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Configuration;

namespace Amqp.Server.Broker.Tracing;

/// <summary>Spans for what the broker does with messages whose publisher traces them: those with W3C's <c>traceparent</c> in their headers.</summary>
/// <remarks>
/// Thread-safe. Each span is a child of the one that the header names, and the message goes on as it came, so that its consumer's span is
/// too. A message that is not traced costs a look at its headers; nothing waits, as whoever sends the spans drops what is too much.
/// </remarks>
internal sealed class MessageSpans : IDisposable
{
    /// <summary>The name of the source, for those who listen to it.</summary>
    public const string SourceName = "AmqpBroker.Messages";

    /// <summary>Length of a <c>traceparent</c> of version 00: its version, a trace's id, a span's id and flags.</summary>
    private const int ParentLength = 2 + 1 + 32 + 1 + 16 + 1 + 2;

    private readonly ActivitySource _source = new(SourceName, BrokerOptions.OwnVersion);

    /// <summary>Begins the span of a publish; null when it is not traced. Whoever disposes of it ends it.</summary>
    /// <param name="virtualHost">The name of the virtual host that it is published in.</param>
    /// <param name="message">Its head.</param>
    /// <param name="bodySize">Octets of its body.</param>
    /// <exception cref="AmqpException">502: its properties are not what their flags say.</exception>
    public Activity? StartPublish(string virtualHost, in EncodedMessage message, int bodySize)
    {
        if (!TryFindContext(message.Properties, out var context))
            return null;
        PublishAddress.Split(message.Address, out var exchange, out _);
        return Start("publish", exchange.IsEmpty ? "amq.default" : Encoding.UTF8.GetString(exchange), "send", ActivityKind.Server, context, virtualHost, message, bodySize);
    }

    /// <summary>Notes that a message is sent to a client. What that takes is no more than writing it into an output: the span has hardly a length.</summary>
    /// <param name="operation"><c>deliver</c> or <c>get</c>.</param>
    /// <param name="message">As it is stored.</param>
    /// <param name="from">The queue that it was in.</param>
    /// <param name="deliveryTag">The client's number for it.</param>
    /// <param name="isRedelivered">Whether it was delivered before.</param>
    public void NoteDelivery(string operation, in EncodedMessage message, Queue from, ulong deliveryTag, bool isRedelivered)
    {
        if (!TryFindContext(message.Properties, out var context))
            return;
        using var span = Start(operation, from.Name, "receive", ActivityKind.Producer, context, from.VirtualHost, message, message.Body.Length);
        if (span is not { IsAllDataRequested: true })
            return;
        span.SetTag("messaging.destination.subscription.name", from.Name);
        span.SetTag("messaging.rabbitmq.message.delivery_tag", (long)deliveryTag);
        if (isRedelivered)
            span.SetTag("amqpbroker.redelivered", true);
    }

    public void Dispose() => _source.Dispose();

    private Activity? Start(
        string operation, string of, string type, ActivityKind kind, in ActivityContext parent, string virtualHost, in EncodedMessage message, int bodySize)
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

    /// <summary>False also for a publisher that traces, but not this message: no span of ours would be kept.</summary>
    private static bool TryFindContext(ReadOnlySpan<byte> properties, out ActivityContext context)
    {
        context = default;
        var headers = EncodedProperties.Read(properties).Headers;
        if (headers.IsEmpty || !TryFindText(headers, "traceparent"u8, out var parent) || parent.Length < ParentLength || parent[(ParentLength - 2)..ParentLength].SequenceEqual("00"u8))
            return false;
        string? state = TryFindText(headers, "tracestate"u8, out var found) ? Encoding.UTF8.GetString(found) : null;
        return ActivityContext.TryParse(Encoding.UTF8.GetString(parent), state, isRemote: true, out context);
    }

    private static bool TryFindText(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!EncodedFieldTable.TryFind(headers, name, out var value) || (FieldType)value[0] is not (FieldType.LongString or FieldType.ByteArray))
            return false;
        text = new WireReader(value[1..]).ReadLongString();
        return true;
    }
}
