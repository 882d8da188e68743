using System.Text.Json;

namespace Amqp.Server.Cli.Admin;

/// <summary>JSON as the script in Python prints it in a cell: in one line, with a blank after each comma and colon.</summary>
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
