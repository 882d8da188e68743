using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amqp.Server.Cli;

/// <summary>
/// Converts JSON between <see cref="JsonElement"/>, <see cref="JsonNode"/> and text. Uses no reflection, because of Native AOT.
/// </summary>
internal static class JsonForms
{
    private static readonly JsonWriterOptions _line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions _indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    /// <summary>Returns a value as text, in one line.</summary>
    public static string ToText(this JsonElement value) => Text(value.WriteTo, _line);

    /// <summary>Returns a value as text, in one line.</summary>
    public static string ToText(this JsonNode value) => Text(writer => value.WriteTo(writer), _line);

    /// <summary>Returns a value as indented text.</summary>
    public static string ToIndentedText(this JsonElement value) => Text(value.WriteTo, _indented);

    /// <summary>
    /// Calls a function that writes a JSON value. Returns this value as text, in one line of ASCII, with characters escaped that HTML uses.
    /// </summary>
    public static string EscapedText(Action<Utf8JsonWriter> write) => Text(write, default);

    /// <summary>Returns a value as a node; null for JSON's null and for a missing value.</summary>
    public static JsonNode? ToNode(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(value),
        JsonValueKind.Array => JsonArray.Create(value),
        _ => JsonValue.Create(value),
    };

    /// <summary>Returns a list of texts as a node.</summary>
    public static JsonArray ToNode(this IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    /// <summary>Returns a list as a node. No item may already be part of another node.</summary>
    public static JsonArray ToNode(this IEnumerable<JsonNode?> items) => [.. items];

    /// <summary>Returns a value as an element.</summary>
    public static JsonElement ToElement(this JsonNode value) => Element(writer => value.WriteTo(writer));

    /// <summary>Returns a text as an element.</summary>
    public static JsonElement ToElement(this string text) => Element(writer => writer.WriteStringValue(text));

    /// <summary>Returns a list as an element.</summary>
    public static JsonElement ToElement(this IEnumerable<JsonElement> items) => Element(writer =>
    {
        writer.WriteStartArray();
        foreach (JsonElement item in items)
            item.WriteTo(writer);
        writer.WriteEndArray();
    });

    /// <summary>Calls a function that writes a JSON value. Returns this value.</summary>
    public static JsonElement Element(Action<Utf8JsonWriter> write) => JsonElement.Parse(Bytes(write, _line));

    private static string Text(Action<Utf8JsonWriter> write, JsonWriterOptions options) => Encoding.UTF8.GetString(Bytes(write, options));

    private static ReadOnlySpan<byte> Bytes(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, options))
            write(writer);
        return bytes.WrittenSpan;
    }
}
