using System.Text;
using System.Text.Json;

namespace Amqp.Server.Cli.Ctl;

/// <summary>Prints objects as an Erlang list of maps, in lines of at most 80 columns where possible.</summary>
internal static class ErlangList
{
    private const int Width = 80;

    /// <param name="output">The text goes here.</param>
    /// <param name="objects">Objects whose fields are texts.</param>
    /// <param name="atoms">The fields whose values are atoms. All other values are binaries.</param>
    public static void Print(TextWriter output, IReadOnlyList<JsonElement> objects, string[] atoms)
    {
        var text = new StringBuilder("[");
        for (int i = 0; i < objects.Count; i++)
            text.Append(i == 0 ? "" : ",\n ").Append(Map(objects[i], atoms));
        output.WriteLine(text.Append(']'));
    }

    private static string Map(JsonElement fields, string[] atoms)
    {
        var text = new StringBuilder("#{");
        int column = 3; // the map begins after the bracket of the list
        foreach (var field in fields.EnumerateObject())
        {
            string value = field.Value.GetString()!;
            string item = $"{field.Name} => {(atoms.Contains(field.Name) ? value : Binary(value))}";
            if (text.Length > 2)
            {
                text.Append(',');
                column++;
                if (column + item.Length >= Width)
                {
                    text.Append("\n   ");
                    column = 3;
                }
            }
            text.Append(item);
            column += item.Length;
        }
        return text.Append('}').ToString();
    }

    private static string Binary(string value)
    {
        string escaped = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return value.Length == 0 ? "<<>>" : $"<<\"{escaped}\"{(value.All(char.IsAscii) ? "" : "/utf8")}>>";
    }
}
