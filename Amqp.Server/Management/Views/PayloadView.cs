using System.Text.Json;
using System.Text.Unicode;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Views;

/// <summary>The payload of a message as JSON, in RabbitMQ's encodings.</summary>
internal static class PayloadView
{
    /// <summary>Returns true if the client wants a payload as text where possible.</summary>
    /// <param name="encoding">The encoding that the client requests.</param>
    /// <exception cref="ApiException">400: there is no such encoding.</exception>
    public static bool IsTextWanted(string encoding) => encoding is "auto" or "base64"
        ? encoding == "auto"
        : throw ApiException.BadRequest("Unsupported encoding. Please use auto or base64.");

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
