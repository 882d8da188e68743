using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Amqp.Server.Broker.Values;

/// <summary>Parses untrusted JSON. Every value of a parsed document can be read without an error.</summary>
/// <remarks>Skips a byte order mark, as RabbitMQ does. Does not recurse: deep nesting must not overflow the stack.</remarks>
internal static class JsonText
{
    /// <summary>Maximum depth of JSON around a table, for example around the headers of a message.</summary>
    public const int DepthAroundTables = 16;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Options for JSON that the broker itself wrote. The tables of clients may nest to any depth.</summary>
    public static JsonDocumentOptions Own { get; } = new() { MaxDepth = int.MaxValue };

    /// <param name="text">The whole text, in UTF-8.</param>
    /// <param name="maxTableDepth">Maximum nesting of tables within the text.</param>
    /// <exception cref="JsonException">The text is not valid JSON, nests too deeply, or has a value that cannot be read.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> text, int maxTableDepth)
    {
        if (text.Span.StartsWith(ByteOrderMark))
            text = text[ByteOrderMark.Length..];
        if (!Utf8.IsValid(text.Span))
            throw new JsonException("the text is not UTF-8");
        int depth = maxTableDepth > int.MaxValue - DepthAroundTables ? int.MaxValue : maxTableDepth + DepthAroundTables;
        DemandReadable(text.Span, depth);
        return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = depth });
    }

    private static void DemandReadable(ReadOnlySpan<byte> text, int depth)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = depth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                if (reader.ValueIsEscaped && HasHalfOfPair(reader.ValueSpan))
                    throw new JsonException("a text holds one half of a surrogate pair");
            }
            else if (reader.TokenType == JsonTokenType.Number && !double.IsFinite(reader.GetDouble()))
            {
                throw new JsonException("a number is too large");
            }
        }
    }

    /// <summary>Returns true if the text escapes one half of a surrogate pair, but not the other half.</summary>
    private static bool HasHalfOfPair(ReadOnlySpan<byte> text)
    {
        const int length = 6; // \uXXXX
        while (text.IndexOf((byte)'\\') is var at and >= 0)
        {
            text = text[at..];
            if (text[1] != 'u')
            {
                text = text[2..];
                continue;
            }
            char first = Unit(text);
            text = text[length..];
            if (!char.IsSurrogate(first))
                continue;
            if (char.IsLowSurrogate(first) || !text.StartsWith("\\u"u8) || !char.IsLowSurrogate(Unit(text)))
                return true;
            text = text[length..];
        }
        return false;
    }

    /// <summary>Decodes an escape to a UTF-16 code unit. The reader has already checked the digits.</summary>
    private static char Unit(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
