using System.Globalization;
using Amqp.Protocol;

namespace Amqp.Server.Broker.Parameters;

/// <summary>Values as RabbitMQ's error texts print them: as terms of Erlang.</summary>
internal static class ErlangTerm
{
    /// <summary>A text: <c>&lt;&lt;"abc"&gt;&gt;</c>.</summary>
    public static string Binary(string text) => $"<<\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\">>";

    public static string Of(FieldValue value) => value.Type switch
    {
        FieldType.LongString => Binary(value.AsString()),
        FieldType.Boolean => value.AsBoolean() ? "true" : "false",
        FieldType.Void => "null",
        FieldType.Array => $"[{string.Join(',', value.AsArray().Select(Of))}]",
        FieldType.Table => Map(value.AsTable()),
        FieldType.Single or FieldType.Double => Float(value.AsDouble()),
        _ => value.ToString(),
    };

    private static string Map(FieldTable table) =>
        $"#{{{string.Join(',', table.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{Binary(field.Key)} => {Of(field.Value)}"))}}}";

    private static string Float(double number)
    {
        string text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.All(character => char.IsAsciiDigit(character) || character == '-') ? text + ".0" : text;
    }
}
