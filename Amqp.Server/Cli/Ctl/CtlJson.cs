using System.Text.Json;

namespace Amqp.Server.Cli.Ctl;

/// <summary>Formats values as JSON text, as <c>rabbitmqctl</c> does.</summary>
internal static class CtlJson
{
    /// <summary>
    /// Returns a field of an item. Fields <c>definition</c> and <c>value</c> are returned as JSON text, as <c>rabbitmqctl</c> does.
    /// </summary>
    public static JsonElement AsText(JsonElement item, string field) => !item.TryGetProperty(field, out JsonElement value) ? default
        : field is "definition" or "value" ? JsonSerializer.SerializeToElement(Compact(value)) : value;

    /// <summary>Formats an object in one line.</summary>
    public static string Of(Dictionary<string, object?> fields) => JsonSerializer.Serialize(fields, CtlFormat.Json);

    /// <summary>Formats a value without blanks, with sorted fields.</summary>
    public static string Compact(JsonElement value) => JsonSerializer.Serialize(Sorted(value), CtlFormat.Json);

    /// <summary>Sorts the fields of objects by name, as in Erlang's maps.</summary>
    public static JsonElement Sorted(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => JsonSerializer.SerializeToElement(
            new SortedDictionary<string, JsonElement>(
                value.EnumerateObject().ToDictionary(field => field.Name, field => Sorted(field.Value)), StringComparer.Ordinal)),
        JsonValueKind.Array => JsonSerializer.SerializeToElement(value.EnumerateArray().Select(Sorted)),
        _ => value,
    };
}
