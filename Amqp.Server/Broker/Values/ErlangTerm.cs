using System.Globalization;
using Amqp.Protocol;

namespace Amqp.Server.Broker.Values;

/// <summary>Formats values as Erlang terms, as RabbitMQ's error texts do.</summary>
internal static class ErlangTerm
{
    /// <summary>Formats a text as a binary: <c>&lt;&lt;"abc"&gt;&gt;</c>.</summary>
    public static string Binary(string text) =>
        $"<<\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\">>";

    public static string Of(FieldValue value) => FieldWalk.Fold<string>(value, OfLeaf, OfContainer);

    private static string OfLeaf(FieldValue value) => value.Type switch
    {
        FieldType.LongString => Binary(value.AsString()),
        FieldType.Boolean => value.AsBoolean() ? "true" : "false",
        FieldType.Void => "null",
        FieldType.Single or FieldType.Double => Float(value.AsDouble()),
        _ => value.ToString(),
    };

    private static string OfContainer(FieldValue container, IReadOnlyList<string> elements) =>
        container.Type == FieldType.Array ? $"[{string.Join(',', elements)}]" : OfTable(container.AsTable(), elements);

    private static string OfTable(FieldTable table, IReadOnlyList<string> values)
    {
        IEnumerable<string> fields = table.Zip(values)
            .OrderBy(field => field.First.Key, StringComparer.Ordinal)
            .Select(field => $"{Binary(field.First.Key)} => {field.Second}");
        return $"#{{{string.Join(',', fields)}}}";
    }

    private static string Float(double number)
    {
        string text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.All(character => char.IsAsciiDigit(character) || character == '-') ? text + ".0" : text;
    }
}
