using System.Text.Json;

namespace Amqp.Server.Cli.Operate;

/// <summary>A column of a list. Shows a field of the objects that the HTTP API returns.</summary>
/// <param name="Path">Name of the field. For a field of a nested object, the name is a path with dots, such as <c>a.b</c>.</param>
/// <param name="IsNumber">True to align the column to the right.</param>
internal sealed record ListColumn(string Path, bool IsNumber = false)
{
    /// <summary>Heading for <see cref="OutputTable"/>, where a leading blank marks a column of numbers.</summary>
    public string Heading => IsNumber ? $" {Path}" : Path;

    /// <summary>Returns a field of an item; null if the item does not have the field.</summary>
    public static JsonElement? Find(JsonElement item, string path)
    {
        // A dot may also be part of a field's name. Names of queue arguments, for example, may contain dots.
        if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty(path, out JsonElement whole))
            return whole;
        for (int dot = path.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = path.IndexOf('.', dot + 1))
            if (item.ValueKind == JsonValueKind.Object
                && item.TryGetProperty(path[..dot], out JsonElement inner)
                && Find(inner, path[(dot + 1)..]) is { } found)
                return found;
        return null;
    }

    /// <summary>Returns the text of a cell. The text is never empty, so that programs can split a line into columns.</summary>
    public string Cell(JsonElement item) => Find(item, Path) is { } value ? Text(value) : "-";

    /// <summary>Formats a value for a human reader.</summary>
    public static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "-",
        JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : "\"\"",
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            value.GetArrayLength() == 0 ? "-" : string.Join(',', value.EnumerateArray().Select(item => item.GetString())),
        JsonValueKind.Object when !value.EnumerateObject().Any() => "-",
        _ => value.GetRawText(),
    };
}
