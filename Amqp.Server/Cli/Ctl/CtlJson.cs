using System.Text.Json;

namespace Amqp.Server.Cli.Ctl;

/// <summary>Formats values as JSON text, as <c>rabbitmqctl</c> does.</summary>
internal static class CtlJson
{
    /// <summary>
    /// Returns a field of an object. As in <c>rabbitmqctl</c>, the fields <c>definition</c> and <c>value</c> are texts that contain JSON.
    /// </summary>
    public static JsonElement AsText(JsonElement item, string field) => !item.TryGetProperty(field, out JsonElement value) ? default
        : field is "definition" or "value" ? Compact(value).ToElement() : value;

    /// <summary>Formats a value as JSON without white space. The fields of each object are sorted.</summary>
    public static string Compact(JsonElement value) => Sorted(value).ToText();

    /// <summary>Sorts the fields of each object by name: the order in which Erlang prints a map.</summary>
    public static JsonElement Sorted(JsonElement value) => JsonForms.Element(writer => WriteSorted(writer, value));

    private static void WriteSorted(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty field in value.EnumerateObject().OrderBy(field => field.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(field.Name);
                    WriteSorted(writer, field.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                    WriteSorted(writer, item);
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
