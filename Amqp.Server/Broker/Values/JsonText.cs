using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Amqp.Server.Broker.Values;

/// <summary>Reads JSON that somebody else wrote: bodies of requests and files of definitions. What it gives back can be read to the end without an error.</summary>
/// <remarks>
/// A byte order mark is skipped, as in RabbitMQ. Refused beside what is no JSON: octets that are not UTF-8, halves of surrogate pairs, which no text
/// of the broker's could hold, and numbers that no double holds. Nothing here recurses, however deep the text nests.
/// </remarks>
internal static class JsonText
{
    /// <summary>How deep JSON may nest around a table, of a message's headers for instance.</summary>
    public const int DepthAroundTables = 16;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Options to read what the broker itself wrote: it nests as deep as clients' tables were let.</summary>
    public static JsonDocumentOptions Own { get; } = new() { MaxDepth = int.MaxValue };

    /// <param name="text">The whole of it, in UTF-8.</param>
    /// <param name="maxTableDepth">How deep tables may nest in it.</param>
    /// <exception cref="JsonException">It is no JSON, nests too deep, or holds what cannot be read.</exception>
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

    /// <summary>Whether an escape stands for half a character, and the other half does not go with it.</summary>
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

    /// <summary>What an escape stands for; the reader has seen that its digits are there.</summary>
    private static char Unit(ReadOnlySpan<byte> escape) => (char)ushort.Parse(escape[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
