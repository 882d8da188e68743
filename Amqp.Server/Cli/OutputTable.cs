using Spectre.Console;

namespace Amqp.Server.Cli;

/// <summary>
/// A table of texts. On a terminal that is wide enough, the table has borders. Otherwise it is plain lines, for grep and awk.
/// </summary>
/// <param name="title">Title of the table; null for none.</param>
/// <param name="columns">Headings. A heading that begins with a blank marks a column of numbers.</param>
internal sealed class OutputTable(string? title, params string[] columns)
{
    private const int BoxWidth = 3; // width that borders add to each column: a line and two blanks

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row with one cell per column. Replaces control characters, which the name of a queue may contain.</summary>
    public void Add(params object[] cells) => _rows.Add([.. cells.Select(cell => Clean(FormattableString.Invariant($"{cell}")))]);

    /// <summary>Prints the table; prints nothing if there are no rows.</summary>
    /// <param name="output">Receives the text.</param>
    /// <param name="isTerminal">True if the output is a terminal.</param>
    public void Print(TextWriter output, bool isTerminal)
    {
        if (_rows.Count == 0)
            return;
        int[] widths = [.. columns.Select((column, i) => Math.Max(column.Trim().Length, _rows.Max(row => row[i].Length)))];
        IAnsiConsole? console = isTerminal ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }) : null;
        if (console?.Profile.Width > widths.Sum() + BoxWidth * (columns.Length + 1))
            PrintBoxed(console);
        else
            PrintPlain(output, widths); // borders would break if the terminal wraps the lines
    }

    private static bool IsRight(string column) => column[0] == ' ';

    /// <summary>Replaces control characters, because a terminal would execute them.</summary>
    public static string Clean(string text) => string.Concat(text.Select(character => char.IsControl(character) ? '\uFFFD' : character));

    private void PrintBoxed(IAnsiConsole console)
    {
        var table = new Table { Border = TableBorder.Rounded, Title = title is null ? null : new TableTitle(Markup.Escape(title)) };
        foreach (string column in columns)
            table.AddColumn(new TableColumn(new Text(column.Trim())) { Alignment = IsRight(column) ? Justify.Right : Justify.Left });
        foreach (string[] row in _rows)
            table.AddRow(row.Select(cell => new Text(cell)));
        console.Write(table);
    }

    private void PrintPlain(TextWriter output, int[] widths)
    {
        if (title is not null)
        {
            output.WriteLine();
            output.WriteLine($"# {title}");
        }
        foreach (string[] row in _rows.Prepend([.. columns.Select(column => column.Trim())]))
        {
            IEnumerable<string> cells = row.Select((cell, i) => IsRight(columns[i]) ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
