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

    /// <summary>Without blanks.</summary>
    public static string Compact(JsonElement value) => JsonSerializer.Serialize(value, CtlFormat.Json);
}
