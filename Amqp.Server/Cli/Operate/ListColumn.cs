using System.Text.Json;

namespace Amqp.Server.Cli.Operate;

/// <summary>A column of a list: a field of the HTTP API's objects.</summary>
/// <param name="Path">The field, with dots into objects.</param>
/// <param name="IsNumber">Set to the right.</param>
internal sealed record ListColumn(string Path, bool IsNumber = false)
{
    /// <summary>The heading, as <see cref="OutputTable"/> wants it.</summary>
    public string Heading => IsNumber ? $" {Path}" : Path;

    /// <summary>The field of an item, or null when it has none.</summary>
    public static JsonElement? Find(JsonElement item, string path)
    {
        // A field may have a dot in its name, as arguments have.
        if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty(path, out JsonElement whole))
            return whole;
        for (int dot = path.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = path.IndexOf('.', dot + 1))
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty(path[..dot], out JsonElement inner) && Find(inner, path[(dot + 1)..]) is { } found)
                return found;
        return null;
    }

    /// <summary>What stands in the cell: never nothing, so that columns can be counted.</summary>
    public string Cell(JsonElement item) => Find(item, Path) is { } value ? Text(value) : "-";

    /// <summary>A value as people read it.</summary>
    public static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "-",
        JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : "\"\"",
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => value.GetArrayLength() == 0 ? "-" : string.Join(',', value.EnumerateArray().Select(item => item.GetString())),
        JsonValueKind.Object when !value.EnumerateObject().Any() => "-",
        _ => value.GetRawText(),
    };
}
