using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Jobs;

/// <summary>The field <c>properties</c> of a <see cref="MessageLine"/>.</summary>
internal static class MessageLineProperties
{
    public static void Write(Utf8JsonWriter json, BasicProperties properties)
    {
        json.WriteStartObject("properties");
        Text("content_type", properties.ContentType);
        Text("content_encoding", properties.ContentEncoding);
        if (properties.Headers is { } headers)
        {
            json.WritePropertyName("headers");
            TypedFields.Write(json, headers);
        }
        if (properties.DeliveryMode is { } mode)
            json.WriteNumber("delivery_mode", mode);
        if (properties.Priority is { } priority)
            json.WriteNumber("priority", priority);
        Text("correlation_id", properties.CorrelationId);
        Text("reply_to", properties.ReplyTo);
        Text("expiration", properties.Expiration);
        Text("message_id", properties.MessageId);
        if (properties.Timestamp is { } timestamp)
            json.WriteNumber("timestamp", timestamp);
        Text("type", properties.Type);
        Text("user_id", properties.UserId);
        Text("app_id", properties.AppId);
        Text("cluster_id", properties.ClusterId);
        json.WriteEndObject();

        void Text(string name, string? value)
        {
            if (value is not null)
                json.WriteString(name, value);
        }
    }

    /// <summary>Reads the properties of a line. A missing field, and an empty array, are properties without values.</summary>
    /// <exception cref="ValidationException">A value has the wrong type.</exception>
    public static BasicProperties Read(JsonElement message)
    {
        if (!message.TryGetProperty("properties", out var properties) || properties is { ValueKind: JsonValueKind.Null })
            return new BasicProperties();
        if (properties.ValueKind == JsonValueKind.Array && properties.GetArrayLength() == 0)
            return new BasicProperties(); // RabbitMQ's HTTP API writes properties without values in this way
        if (properties.ValueKind != JsonValueKind.Object)
            throw new ValidationException("properties is not an object");
        return new BasicProperties
        {
            ContentType = MessageLine.Text(properties, "content_type"),
            ContentEncoding = MessageLine.Text(properties, "content_encoding"),
            Headers = Headers(properties),
            DeliveryMode = (byte?)Number(properties, "delivery_mode", byte.MaxValue),
            Priority = (byte?)Number(properties, "priority", byte.MaxValue),
            CorrelationId = MessageLine.Text(properties, "correlation_id"),
            ReplyTo = MessageLine.Text(properties, "reply_to"),
            Expiration = MessageLine.Text(properties, "expiration"),
            MessageId = MessageLine.Text(properties, "message_id"),
            Timestamp = Number(properties, "timestamp", ulong.MaxValue),
            Type = MessageLine.Text(properties, "type"),
            UserId = MessageLine.Text(properties, "user_id"),
            AppId = MessageLine.Text(properties, "app_id"),
            ClusterId = MessageLine.Text(properties, "cluster_id"),
        };
    }

    private static FieldTable? Headers(JsonElement properties) => !properties.TryGetProperty("headers", out var headers) ? null
        : headers.ValueKind switch
        {
            JsonValueKind.Object => TypedFields.Read(headers),
            JsonValueKind.Null => null,
            _ => throw new ValidationException("headers is not an object"),
        };

    private static ulong? Number(JsonElement properties, string name, ulong most)
    {
        if (!properties.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong number) && number <= most
            ? number
            : throw new ValidationException($"{name} is not a number from 0 to {most}");
    }
}
