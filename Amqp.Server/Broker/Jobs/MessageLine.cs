using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Jobs;

/// <summary>A message as one line of JSON, as <c>queues export</c> writes it. No property and no type of a header is lost.</summary>
/// <remarks>
/// The names of the fields are those of RabbitMQ's HTTP API. Exchange and routing key, or properties, that JSON cannot represent are
/// written as AMQP encodes them, in <c>encoded_address</c> and <c>encoded_properties</c>.
/// </remarks>
/// <param name="Address">Exchange and routing key, as two consecutive short strings.</param>
/// <param name="Properties">The property flags and the properties.</param>
/// <param name="Body">The body.</param>
internal sealed record MessageLine(byte[] Address, byte[] Properties, byte[] Body)
{
    /// <summary>Writes a message as a JSON object.</summary>
    public static void Write(Utf8JsonWriter json, in EncodedMessage message)
    {
        json.WriteStartObject();
        PublishAddress.Split(message.Address, out var exchange, out var routingKey);
        if (Utf8.IsValid(exchange) && Utf8.IsValid(routingKey))
        {
            json.WriteString("exchange", exchange);
            json.WriteString("routing_key", routingKey);
        }
        else
        {
            json.WriteBase64String("encoded_address", message.Address);
        }
        var properties = BasicProperties.Read(message.Properties);
        if (IsText(properties) && message.Properties.SequenceEqual(Encode(properties)))
            MessageLineProperties.Write(json, properties);
        else
            json.WriteBase64String("encoded_properties", message.Properties);
        JsonPayload.Write(json, message.Body, isTextWanted: true);
        json.WriteEndObject();
    }

    /// <summary>Reads a line.</summary>
    /// <param name="line">One JSON object in UTF-8.</param>
    /// <param name="maxTableDepth">Maximum nesting of tables in the headers.</param>
    /// <exception cref="ValidationException">The line is not a message. The exception gives the reason.</exception>
    public static MessageLine Read(ReadOnlyMemory<byte> line, int maxTableDepth)
    {
        try
        {
            using var document = JsonText.Parse(line, maxTableDepth);
            var message = document.RootElement;
            if (message.ValueKind != JsonValueKind.Object)
                throw new ValidationException("it is not a JSON object");
            byte[] properties = Octets(message, "encoded_properties") ?? Encode(MessageLineProperties.Read(message));
            EncodedProperties.Read(properties, maxTableDepth);
            return new MessageLine(ReadAddress(message), properties, ReadPayload(message));
        }
        catch (JsonException error)
        {
            throw new ValidationException($"it is not JSON: {error.Message}");
        }
        catch (Exception error) when (error is AmqpException or ArgumentException)
        {
            throw new ValidationException(error.Message);
        }
    }

    /// <summary>Returns a text field; null if it is missing or null.</summary>
    /// <exception cref="ValidationException">The field has another type.</exception>
    internal static string? Text(JsonElement message, string name) =>
        !message.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new ValidationException($"{name} is not a string");

    private static byte[]? Octets(JsonElement message, string name) => Text(message, name) is not { } text ? null
        : message.GetProperty(name).TryGetBytesFromBase64(out byte[]? octets) ? octets
        : throw new ValidationException($"{name} is not base64: {text[..Math.Min(text.Length, 20)]}");

    private static byte[] ReadAddress(JsonElement message)
    {
        if (Octets(message, "encoded_address") is { } encoded)
        {
            bool isWhole = encoded.Length >= 2 && encoded.Length > 1 + encoded[0]
                && encoded.Length == 2 + encoded[0] + encoded[1 + encoded[0]];
            return isWhole ? encoded : throw new ValidationException("encoded_address is not two short strings");
        }
        var address = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(address);
        writer.WriteShortString(Text(message, "exchange") ?? "");
        writer.WriteShortString(Text(message, "routing_key") ?? "");
        return address.WrittenSpan.ToArray();
    }

    private static byte[] ReadPayload(JsonElement message)
    {
        string payload = Text(message, "payload") ?? throw new ValidationException("payload is missing");
        return (Text(message, "payload_encoding") ?? "string") switch
        {
            "string" => Encoding.UTF8.GetBytes(payload),
            "base64" => Octets(message, "payload")!,
            var other => throw new ValidationException($"payload_encoding is '{other}'; expected string or base64"),
        };
    }

    private static byte[] Encode(BasicProperties properties)
    {
        var output = new ArrayBufferWriter<byte>();
        properties.Write(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Returns true if no text of the properties, and no name of a header, has octets that are not UTF-8, and no header is not a number.
    /// </summary>
    private static bool IsText(BasicProperties properties)
    {
        string?[] texts =
        [
            properties.ContentType,
            properties.ContentEncoding,
            properties.CorrelationId,
            properties.ReplyTo,
            properties.Expiration,
            properties.MessageId,
            properties.Type,
            properties.UserId,
            properties.AppId,
            properties.ClusterId,
        ];
        if (!Array.TrueForAll(texts, IsWhole))
            return false;
        return properties.Headers is null || FieldWalk.Through(FieldValue.FromTable(properties.Headers)).All(IsReadable);
    }

    private static bool IsReadable(FieldStep step) => IsWhole(step.Name) && !(step.Value.IsFloat && double.IsNaN(step.Value.AsDouble()));

    /// <summary>Returns false for a text with half of a surrogate pair, which stands for an octet that is not UTF-8.</summary>
    private static bool IsWhole(string? text)
    {
        if (text is null || !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return true;
        return !text.EnumerateRunes().Contains(Rune.ReplacementChar);
    }
}
