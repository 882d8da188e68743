using System.Text.Json;

namespace Amqp.Server.Cli.Admin;

/// <summary>
/// Formats JSON for a table cell as Python's <c>json.dumps</c> does: in one line, with a blank after each comma and colon.
/// </summary>
internal static class AdminJson
{
    /// <summary>Returns a value as text.</summary>
    public static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(
            ", ", value.EnumerateObject().Select(field => $"\"{JsonEncodedText.Encode(field.Name)}\": {Text(field.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Text))}]",
        _ => value.GetRawText(),
    };
}
