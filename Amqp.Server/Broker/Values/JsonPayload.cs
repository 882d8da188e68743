using System.Text.Json;
using System.Text.Unicode;

namespace Amqp.Server.Broker.Values;

/// <summary>The payload of a message as JSON, in the encodings of RabbitMQ's HTTP API.</summary>
internal static class JsonPayload
{
    /// <summary>Writes the payload and its encoding.</summary>
    /// <param name="json">The writer, within an object.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="isTextWanted">True to write a payload that is valid UTF-8 as text.</param>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> payload, bool isTextWanted)
    {
        bool isText = isTextWanted && Utf8.IsValid(payload);
        if (isText)
            json.WriteString("payload", payload);
        else
            json.WriteBase64String("payload", payload);
        json.WriteString("payload_encoding", isText ? "string" : "base64");
    }
}
