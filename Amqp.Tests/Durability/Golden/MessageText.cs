using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client;

namespace Amqp.Tests.Durability.Golden;

/// <summary>Formats a message as one line of text, with exchange, routing key, properties and body.</summary>
internal static class MessageText
{
    private const int LongestBody = 100;
    private const string ClientsOwnHeader = "x-dotnet-pub-seq-no"; // the client library adds this header if the channel uses confirms

    /// <summary>Returns the line of a message that was received.</summary>
    public static string Of(BasicGetResult message) =>
        Of(message.Redelivered, message.Exchange, message.RoutingKey, message.BasicProperties, message.Body.Span);

    /// <summary>Returns the line of a message.</summary>
    public static string Of(
        bool isRedelivered, string exchange, string key, IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    {
        var line = new StringBuilder(isRedelivered ? "redelivered " : "").Append(CultureInfo.InvariantCulture, $"{exchange}|{key}:");
        Add("delivery-mode", properties.DeliveryMode);
        Add("content-type", properties.ContentType);
        Add("content-encoding", properties.ContentEncoding);
        Add("priority", properties.IsPriorityPresent() ? properties.Priority : null);
        Add("correlation-id", properties.CorrelationId);
        Add("reply-to", properties.ReplyTo);
        Add("expiration", properties.Expiration);
        Add("message-id", properties.MessageId);
        Add("timestamp", properties.IsTimestampPresent() ? properties.Timestamp.UnixTime : null);
        Add("type", properties.Type);
        Add("user-id", properties.UserId);
        Add("app-id", properties.AppId);
        var headers = properties.Headers?.Where(header => header.Key != ClientsOwnHeader).ToArray();
        Add("headers", headers is { Length: > 0 } ? headers : null);
        Add("body", body.Length <= LongestBody
            ? Encoding.UTF8.GetString(body)
            : $"{body.Length} bytes, {Convert.ToHexString(SHA256.HashData(body))}");
        return line.ToString();

        void Add(string name, object? value)
        {
            if (value is not null)
                line.Append(' ').Append(name).Append('=').Append(Value(value));
        }
    }

    private static string Value(object? value) => value switch
    {
        null => "null",
        byte[] text => Encoding.UTF8.GetString(text),
        AmqpTimestamp time => $"time {time.UnixTime}",
        IEnumerable<KeyValuePair<string, object?>> table => $"{{{string.Join(", ", table.Select(Entry).Order(StringComparer.Ordinal))}}}",
        System.Collections.IList list => $"[{string.Join(", ", list.Cast<object?>().Select(Value))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Entry(KeyValuePair<string, object?> entry) => $"{entry.Key}={Value(entry.Value)}";
}
