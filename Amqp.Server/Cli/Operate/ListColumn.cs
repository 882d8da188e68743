using System.Text.Json;

namespace Amqp.Server.Cli.Operate;

/// <summary>A column of a list, which shows a field of the HTTP API's objects.</summary>
/// <param name="Path">Name of the field. A dot separates the names of nested objects.</param>
/// <param name="IsNumber">True to align the column to the right.</param>
internal sealed record ListColumn(string Path, bool IsNumber = false)
{
    /// <summary>Heading in the form that <see cref="OutputTable"/> expects.</summary>
    public string Heading => IsNumber ? $" {Path}" : Path;

    /// <summary>Returns a field of an item; null if the item does not have the field.</summary>
    public static JsonElement? Find(JsonElement item, string path)
    {
        // The name of a field may itself contain a dot, for example the name of a queue's argument.
        if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty(path, out JsonElement whole))
            return whole;
        for (int dot = path.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = path.IndexOf('.', dot + 1))
            if (item.ValueKind == JsonValueKind.Object
                && item.TryGetProperty(path[..dot], out JsonElement inner)
                && Find(inner, path[(dot + 1)..]) is { } found)
                return found;
        return null;
    }

    /// <summary>Returns the text of a cell; never empty, so that programs can count columns.</summary>
    public string Cell(JsonElement item) => Find(item, Path) is { } value ? Text(value) : "-";

    /// <summary>Formats a value for people.</summary>
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
