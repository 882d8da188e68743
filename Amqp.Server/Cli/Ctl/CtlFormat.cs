using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Amqp.Server.Cli.Ctl;

/// <summary>Prints lists in <c>rabbitmqctl</c>'s formats: columns separated by tabs, JSON, CSV, or a table with borders.</summary>
internal static class CtlFormat
{
    /// <summary>The supported formatters: all of RabbitMQ's but <c>erlang</c>.</summary>
    public static readonly string[] Known = ["table", "json", "csv", "pretty_table", "plain", "string", "report"];

    /// <summary>Prints a list.</summary>
    /// <param name="call">The run of the verb. Its options select the format.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <param name="rows">Rows. Each has one value per column.</param>
    /// <param name="isStreamed">
    /// True if RabbitMQ's verb prints row by row. An empty list then prints nothing instead of an empty line.
    /// </param>
    /// <param name="hasHeadings">False for a list that RabbitMQ prints without headings.</param>
    public static void Print(
        CtlCall call, IReadOnlyList<string> columns, IReadOnlyList<JsonElement[]> rows, bool isStreamed, bool hasHeadings = true)
    {
        TextWriter output = call.Output;
        switch (call.Input.Formatter)
        {
            case "json":
                PrintJson(output, columns, rows, isStreamed);
                break;
            case "csv":
                if (rows.Count > 0)
                    output.WriteLine(string.Join(',', columns.Select(Quoted)));
                foreach (JsonElement[] row in rows)
                    output.WriteLine(string.Join(',', row.Select(cell => Quoted(ErlangView.Text(cell)))));
                break;
            case "pretty_table":
                PrintBoxes(output, columns, rows);
                break;
            default:
                bool hasHeader = hasHeadings && !call.Input.IsSilent && !call.Input.Has("no-table-headers");
                if (rows.Count == 0 && !isStreamed)
                    output.WriteLine();
                if (rows.Count > 0 && hasHeader)
                    output.WriteLine(string.Join('\t', columns));
                foreach (JsonElement[] row in rows)
                    output.WriteLine(string.Join('\t', row.Select(ErlangView.Text)));
                break;
        }
    }

    /// <summary>Prints objects as JSON, each with fields of its own.</summary>
    public static void PrintObjects(TextWriter output, IReadOnlyList<JsonElement> objects)
    {
        if (objects.Count == 0)
        {
            output.WriteLine("[]");
            return;
        }
        output.WriteLine('[');
        for (int i = 0; i < objects.Count; i++)
            output.WriteLine((i == 0 ? "" : ",") + CtlJson.Compact(objects[i]));
        output.WriteLine(']');
    }

    private static void PrintJson(TextWriter output, IReadOnlyList<string> columns, IReadOnlyList<JsonElement[]> rows, bool isStreamed)
    {
        if (rows.Count == 0 && !isStreamed)
        {
            output.WriteLine("[]");
            return;
        }
        output.WriteLine('[');
        for (int i = 0; i < rows.Count; i++)
            output.WriteLine((i == 0 ? "" : ",") + Object(columns, rows[i]));
        output.WriteLine(']');
    }

    private static string Object(IReadOnlyList<string> columns, JsonElement[] row)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            for (int i = 0; i < row.Length; i++)
            {
                json.WritePropertyName(columns[i]);
                if (row[i].ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
                    json.WriteStringValue("");
                else
                    row[i].WriteTo(json);
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void PrintBoxes(TextWriter output, IReadOnlyList<string> columns, IReadOnlyList<JsonElement[]> rows)
    {
        if (rows.Count == 0)
            return;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 10_000; // wide enough that no row is wrapped
        var table = new Table { Border = TableBorder.Square, ShowRowSeparators = true };
        foreach (string column in columns)
            table.AddColumn(new TableColumn(new Text(column)));
        foreach (JsonElement[] row in rows)
            table.AddRow(row.Select(cell => new Text(ErlangView.Text(cell))));
        console.Write(table);
    }

    private static string Quoted(string cell) => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
