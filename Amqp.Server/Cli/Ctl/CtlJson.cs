using System.Text.Json;

namespace Amqp.Server.Cli.Ctl;

/// <summary>JSON inside of lists.</summary>
internal static class CtlJson
{
    /// <summary>A field; one that is an object as the text of it, which is how <c>rabbitmqctl</c> has definitions and values.</summary>
    public static JsonElement AsText(JsonElement item, string field) => !item.TryGetProperty(field, out JsonElement value) ? default
        : field is "definition" or "value" ? JsonSerializer.SerializeToElement(Compact(value)) : value;

    /// <summary>An object, in a line.</summary>
    public static string Of(Dictionary<string, object?> fields) => JsonSerializer.Serialize(fields, CtlFormat.Json);

    /// <summary>Without blanks, and sorted.</summary>
    public static string Compact(JsonElement value) => JsonSerializer.Serialize(Sorted(value), CtlFormat.Json);

    /// <summary>The same with the fields of objects in order of their names, as in Erlang's maps.</summary>
    public static JsonElement Sorted(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => JsonSerializer.SerializeToElement(
            new SortedDictionary<string, JsonElement>(value.EnumerateObject().ToDictionary(field => field.Name, field => Sorted(field.Value)), StringComparer.Ordinal)),
        JsonValueKind.Array => JsonSerializer.SerializeToElement(value.EnumerateArray().Select(Sorted)),
        _ => value,
    };
}
