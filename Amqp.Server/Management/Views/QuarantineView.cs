using System.Text.Json;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Management.Views;

/// <summary>A quarantined message as JSON.</summary>
internal static class QuarantineView
{
    /// <summary>
    /// Writes the known fields of a message, and the body if requested. If the message cannot be decoded, its stored bytes replace the
    /// body.
    /// </summary>
    public static void Write(Utf8JsonWriter json, QuarantinedMessage message, QuarantinedContent content)
    {
        json.WriteStartObject();
        json.WriteString("message", message.Place.ToString());
        json.WriteNumber("sequence", message.Place.Sequence);
        json.WriteNumber("since", message.Record.Since);
        json.WriteString("error", message.Record.Error);
        json.WriteBoolean("durable", message.IsKept);
        json.WriteNumber("stored_bytes", message.Length);
        if (content.Unreadable is { } reason)
        {
            json.WriteString("unreadable", reason);
            if (content.Stored is { } stored)
                json.WriteBase64String("stored", stored);
        }
        else
        {
            json.WriteString("exchange", content.Exchange);
            json.WriteString("routing_key", content.RoutingKey);
            json.WritePropertyName("properties");
            PropertiesView.Write(json, content.Properties);
            json.WriteNumber("payload_bytes", content.BodyLength);
            if (content.Body is { } body)
            {
                json.WriteBase64String("payload", body);
                json.WriteString("payload_encoding", "base64");
            }
        }
        json.WriteEndObject();
    }
}
