using System.Text.Json;

namespace Amqp.Server.Cli.Ctl;

/// <summary>Formats values as <c>rabbitmqctl</c> does: an object becomes an Erlang list of pairs.</summary>
internal static class ErlangView
{
    /// <summary>Formats a value for a table cell.</summary>
    public static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => "",
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Text))}]",
        JsonValueKind.Object => Term(value),
        _ => value.GetRawText(),
    };

    private static string Term(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => $"\"{value.GetString()}\"",
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Term))}]",
        JsonValueKind.Object =>
            $"[{string.Join(',', value.EnumerateObject().Select(field => $"{{\"{field.Name}\",{Term(field.Value)}}}"))}]",
        JsonValueKind.Null => "undefined",
        _ => value.GetRawText(),
    };
}
