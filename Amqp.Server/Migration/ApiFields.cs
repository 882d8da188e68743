using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amqp.Server.Migration;

/// <summary>Reads fields of JSON objects of a broker's HTTP API. A missing field has a default value.</summary>
internal static class ApiFields
{
    /// <summary>Returns a text; empty if the field is missing or is not a text.</summary>
    public static string Text(this JsonElement item, string field) =>
        item.Find(field) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    /// <summary>Returns a whole number; 0 if the field is missing or is no whole number.</summary>
    public static long Number(this JsonElement item, string field) =>
        item.Find(field) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out long value) ? value : 0;

    public static bool Flag(this JsonElement item, string field) => item.Find(field) is { ValueKind: JsonValueKind.True };

    /// <summary>Returns a field; null if the item is no object or lacks the field.</summary>
    public static JsonElement? Find(this JsonElement item, string field) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(field, out JsonElement value) ? value : null;

    /// <summary>Returns the items of a list; none if the field is missing or is not a list.</summary>
    public static IEnumerable<JsonElement> List(this JsonElement item, string field) =>
        item.Find(field) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>Returns true if two objects are equal. A missing object equals an empty one, and an empty list too.</summary>
    public static bool AreEqual(JsonElement? left, JsonElement? right) => JsonNode.DeepEquals(Object(left), Object(right));

    private static JsonObject Object(JsonElement? item) =>
        item is { ValueKind: JsonValueKind.Object } fields ? JsonObject.Create(fields)! : new JsonObject();
}
