using System.Globalization;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.Jobs;

/// <summary>The field of a message that a condition looks at. Converts its value to text. Used by one thread at a time.</summary>
internal sealed class MessageField
{
    /// <summary>Maximum number of bytes of a body that a condition looks at. The rest of a longer body is ignored.</summary>
    public const int MostBodyBytes = 1 << 20;

    private const string HeaderPrefix = "header.";

    private static readonly string[] _properties =
    [
        "content_type",
        "content_encoding",
        "correlation_id",
        "reply_to",
        "message_id",
        "type",
        "user_id",
        "app_id",
    ];

    private readonly string _name;
    private readonly byte[]? _header; // null unless the field is a header
    private char[] _text = [];

    /// <param name="name"><c>key</c>, <c>exchange</c>, <c>body</c>, <c>header.NAME</c>, or a property such as <c>message_id</c>.</param>
    /// <exception cref="FormatException">There is no such field.</exception>
    public MessageField(string name)
    {
        _name = name;
        if (name.StartsWith(HeaderPrefix, StringComparison.Ordinal) && name.Length > HeaderPrefix.Length)
            _header = OctetText.Encode(name[HeaderPrefix.Length..]);
        else if (name is not ("key" or "exchange" or "body") && !_properties.Contains(name))
            throw new FormatException(
                $"no message has a field '{name}'; there are key, exchange, body, header.NAME, {string.Join(", ", _properties)}");
    }

    /// <summary>Returns the value of the field as text.</summary>
    /// <param name="message">The message.</param>
    /// <param name="text">The text; valid until the next call.</param>
    /// <returns>False if the message does not have the field.</returns>
    public bool TryRead(in EncodedMessage message, out ReadOnlySpan<char> text)
    {
        switch (_name)
        {
            case "body":
                text = Decode(message.Body[..Math.Min(message.Body.Length, MostBodyBytes)]);
                return true;
            case "key" or "exchange":
                PublishAddress.Split(message.Address, out var exchange, out var key);
                text = Decode(_name == "key" ? key : exchange);
                return true;
        }
        if (_header is not null)
            return TryReadHeader(EncodedProperties.ReadAccepted(message.Properties).Headers, out text);
        string? value = Property(BasicProperties.Read(message.Properties));
        text = value;
        return value is not null;
    }

    private string? Property(BasicProperties properties) => _name switch
    {
        "content_type" => properties.ContentType,
        "content_encoding" => properties.ContentEncoding,
        "correlation_id" => properties.CorrelationId,
        "reply_to" => properties.ReplyTo,
        "message_id" => properties.MessageId,
        "type" => properties.Type,
        "user_id" => properties.UserId,
        _ => properties.AppId,
    };

    private bool TryReadHeader(ReadOnlySpan<byte> headers, out ReadOnlySpan<char> text)
    {
        text = default;
        if (!EncodedFieldTable.TryFind(headers, _header, out var value))
            return false;
        if ((FieldType)value[0] is FieldType.LongString or FieldType.ByteArray)
            text = Decode(EncodedFieldReader.ContentOf(value));
        else
            text = Text(ReadValue(value));
        return true;
    }

    /// <summary>Decodes a value by reading a table with the value as its only field.</summary>
    private static FieldValue ReadValue(ReadOnlySpan<byte> value) => FieldTableCodec.Read([1, (byte)'v', .. value])["v"]!.Value;

    private static string Text(FieldValue value) => value.Type switch
    {
        FieldType.Boolean => value.AsBoolean() ? "true" : "false",
        FieldType.Timestamp => value.AsTimestamp().ToString(CultureInfo.InvariantCulture),
        FieldType.Void => "",
        _ when value.IsInteger => value.AsInteger().ToString(CultureInfo.InvariantCulture),
        _ when value.IsFloat => value.AsDouble().ToString("R", CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <summary>Decodes UTF-8. Octets that are no UTF-8 become the character U+FFFD.</summary>
    private ReadOnlySpan<char> Decode(ReadOnlySpan<byte> octets)
    {
        if (_text.Length < octets.Length) // no octet becomes more than one character
            _text = new char[Math.Max(octets.Length, 2 * _text.Length)];
        return _text.AsSpan(0, Encoding.UTF8.GetChars(octets, _text));
    }
}
