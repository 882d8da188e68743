using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Values;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Views;

/// <summary>Converts the properties of a message to JSON and back.</summary>
internal static class PropertiesView
{
    /// <summary>Writes the properties that are set. If none is set, writes an empty array, as RabbitMQ does.</summary>
    public static void Write(Utf8JsonWriter json, BasicProperties properties)
    {
        if (properties == new BasicProperties())
        {
            json.WriteStartArray();
            json.WriteEndArray();
            return;
        }
        json.WriteStartObject();
        Text("type", properties.Type);
        Text("message_id", properties.MessageId);
        Text("correlation_id", properties.CorrelationId);
        Text("reply_to", properties.ReplyTo);
        Text("expiration", properties.Expiration);
        Text("user_id", properties.UserId);
        Text("app_id", properties.AppId);
        Text("cluster_id", properties.ClusterId);
        if (properties.Timestamp is { } timestamp)
            json.WriteNumber("timestamp", timestamp);
        Number("priority", properties.Priority);
        Number("delivery_mode", properties.DeliveryMode);
        if (properties.Headers is not null)
            json.WriteTable("headers", properties.Headers);
        Text("content_encoding", properties.ContentEncoding);
        Text("content_type", properties.ContentType);
        json.WriteEndObject();

        void Text(string name, string? value)
        {
            if (value is not null)
                json.WriteString(name, value);
        }

        void Number(string name, long? value)
        {
            if (value is { } number)
                json.WriteNumber(name, number);
        }
    }

    /// <summary>Reads the properties of a message to publish. Unknown names are ignored.</summary>
    /// <exception cref="ApiException">400: a value is invalid.</exception>
    public static BasicProperties Read(FieldTable properties)
    {
        return new BasicProperties
        {
            ContentType = Text("content_type"),
            ContentEncoding = Text("content_encoding"),
            Headers = Headers(),
            DeliveryMode = (byte?)Number("delivery_mode", byte.MaxValue),
            Priority = (byte?)Number("priority", byte.MaxValue),
            CorrelationId = Text("correlation_id"),
            ReplyTo = Text("reply_to"),
            Expiration = Text("expiration"),
            MessageId = Text("message_id"),
            Timestamp = (ulong?)Number("timestamp", long.MaxValue),
            Type = Text("type"),
            UserId = Text("user_id"),
            AppId = Text("app_id"),
            ClusterId = Text("cluster_id"),
        };

        string? Text(string name) => properties[name] switch
        {
            null or { Type: FieldType.Void } => null,
            { Type: FieldType.LongString } value when value.AsBytes().Length <= byte.MaxValue => value.AsString(),
            _ => throw ApiException.BadRequest("not_string", name),
        };

        long? Number(string name, long most) => properties[name] switch
        {
            null or { Type: FieldType.Void } => null,
            { IsInteger: true } value when value.AsInteger() >= 0 && value.AsInteger() <= most => value.AsInteger(),
            _ => throw ApiException.BadRequest("not_int", name),
        };

        FieldTable? Headers() => properties["headers"] switch
        {
            null or { Type: FieldType.Void } => null,
            { Type: FieldType.Table } value => value.AsTable(),
            { Type: FieldType.Array } value when value.AsArray().Count == 0 => null,
            _ => throw ApiException.BadRequest("not_a_table", "headers"),
        };
    }
}
