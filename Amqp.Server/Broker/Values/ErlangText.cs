using System.Globalization;
using System.Text;
using Amqp.Protocol;

namespace Amqp.Server.Broker.Values;

/// <summary>Formats values as Erlang's <c>~p</c> does. Some of RabbitMQ's reply texts contain such values.</summary>
internal static class ErlangText
{
    /// <summary>Formats the value of a field of a table. The field's type is not part of the text.</summary>
    public static string Of(FieldValue value) => value.Type switch
    {
        FieldType.LongString or FieldType.ByteArray => OfBinary(value.AsBytes()),
        FieldType.Void => "undefined",
        FieldType.Single or FieldType.Double => OfFloat(value.AsDouble()),
        _ => value.ToString(),
    };

    /// <summary>Formats a binary as quoted text if each octet is printable in Latin-1 or has an escape; otherwise as numbers.</summary>
    public static string OfBinary(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return "<<>>";
        foreach (byte octet in bytes)
            if (octet is not (>= 32 and < 127 or >= 160) && EscapeOf((char)octet) is null)
                return $"<<{string.Join(',', bytes.ToArray())}>>";
        var text = new StringBuilder("<<\"");
        foreach (char character in Encoding.UTF8.GetString(bytes))
            text = EscapeOf(character) is { } escape ? text.Append('\\').Append(escape) : text.Append(character);
        return text.Append("\">>").ToString();
    }

    private static char? EscapeOf(char character) => character switch
    {
        '"' or '\\' => character,
        '\b' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\v' => 'v',
        '\f' => 'f',
        '\r' => 'r',
        '\e' => 'e',
        _ => null,
    };

    private static string OfFloat(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('.') || text.Contains('E') ? text : text + ".0";
    }
}
