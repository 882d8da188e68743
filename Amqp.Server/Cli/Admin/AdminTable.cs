using System.Text.Json;

namespace Amqp.Server.Cli.Admin;

/// <summary>A table of objects. Can be printed in each of <c>rabbitmqadmin</c>'s formats.</summary>
internal sealed class AdminTable
{
    /// <summary>The first columns, in this order. All other columns follow, sorted by name.</summary>
    private static readonly string[] _first =
        ["vhost", "name", "type", "source", "destination", "destination_type", "routing_key"];

    private static readonly string[] _formats = ["raw_json", "pretty_json", "tsv", "long", "table", "kvp", "bash"];

    private readonly string[] _columns;

    private AdminTable(string[] columns, IReadOnlyList<string[]> rows) => (_columns, Rows) = (columns, rows);

    /// <summary>The rows, with a text for each column.</summary>
    public IReadOnlyList<string[]> Rows { get; }

    /// <exception cref="AdminUsageException">There is no such format.</exception>
    public static void Demand(string format)
    {
        if (!_formats.Contains(format))
            throw new AdminUsageException($"Format {format} not recognised");
    }

    /// <summary>Arranges objects as a table.</summary>
    /// <param name="items">A list of objects.</param>
    /// <param name="columns">Names of the columns; empty for all. <c>a.b</c> is field b of the object in field a.</param>
    /// <param name="jsonColumns">Columns that show an object as JSON.</param>
    /// <param name="depth">Greatest nesting level at which fields become columns. With 1, fields of nested objects are left out.</param>
    public static AdminTable Of(JsonElement items, string[] columns, string[] jsonColumns, int depth)
    {
        Dictionary<string, string>[] cells = [.. items.EnumerateArray().Select(item =>
        {
            var row = new Dictionary<string, string>();
            AddFields(row, "", 1, item);
            return row;
        })];
        if (columns.Length == 0)
        {
            columns = [.. cells.SelectMany(row => row.Keys)
                .Distinct()
                .OrderBy(column => Array.IndexOf(_first, column) is >= 0 and var place ? place : _first.Length)
                .ThenBy(column => column, StringComparer.Ordinal)];
        }
        return new AdminTable(columns, [.. cells.Select(row => columns.Select(column => row.GetValueOrDefault(column, "")).ToArray())]);

        void AddFields(Dictionary<string, string> row, string prefix, int level, JsonElement item)
        {
            foreach (JsonProperty field in item.EnumerateObject())
            {
                string column = prefix.Length == 0 ? field.Name : $"{prefix}.{field.Name}";
                if (field.Value.ValueKind != JsonValueKind.Object)
                    row[column] = Text(field.Value);
                else if (jsonColumns.Contains(field.Name))
                    row[column] = AdminJson.Text(field.Value);
                else if (level < depth)
                    AddFields(row, column, level + 1, field.Value);
            }
        }
    }

    /// <summary>Prints the table in the format that the options name.</summary>
    public void Print(AdminCall call)
    {
        switch (call.Options.Format)
        {
            case "tsv":
                call.Say(string.Join('\t', _columns));
                PrintRows(call, row => string.Join('\t', row));
                break;
            case "kvp":
                PrintRows(call, row => string.Join(' ', _columns.Select((column, i) => $"{column}=\"{row[i]}\"")));
                break;
            case "bash" when Array.IndexOf(_columns, "name") is >= 0 and var name:
                call.Output.WriteLine(string.Join(' ', Rows.Select(row => row[name])));
                break;
            case "bash":
                break;
            case "long":
                PrintLong(call);
                break;
            default:
                PrintBoxes(call);
                break;
        }
    }

    private void PrintRows(AdminCall call, Func<string[], string> format)
    {
        foreach (string[] row in Rows)
            call.Output.WriteLine(format(row));
    }

    private void PrintLong(AdminCall call)
    {
        string line = $"\n{new string('-', 80)}\n";
        int width = _columns.Max(column => column.Length);
        call.Output.WriteLine(line);
        PrintRows(call, row => $"{string.Concat(_columns.Select((column, i) => $"{column.PadLeft(width)}: {row[i]}\n"))}{line}");
    }

    private void PrintBoxes(AdminCall call)
    {
        int[] widths = [.. _columns.Select((column, i) => Math.Max(column.Length, Rows.Max(row => row[i].Length)))];
        string bar = $"+{string.Concat(widths.Select(width => $"{new string('-', width + 2)}+"))}";
        call.Output.WriteLine(bar);
        call.Output.WriteLine($"|{string.Concat(_columns.Select((column, i) => $" {Centered(column, widths[i])} |"))}");
        call.Output.WriteLine(bar);
        PrintRows(call, row => $"|{string.Concat(row.Select((cell, i) => $" {cell.PadRight(widths[i])} |"))}");
        call.Output.WriteLine(bar);
    }

    private static string Centered(string text, int width) => text.PadLeft((width + text.Length) / 2).PadRight(width);

    /// <summary>Returns a value as <c>rabbitmqadmin</c>, a Python script, prints it.</summary>
    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        JsonValueKind.Null => "None",
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            string.Join(' ', value.EnumerateArray().Select(item => item.GetString())),
        JsonValueKind.Array => AdminJson.Text(value),
        _ => value.ToString(),
    };
}
