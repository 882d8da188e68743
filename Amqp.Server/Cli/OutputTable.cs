using Spectre.Console;

namespace Amqp.Server.Cli;

/// <summary>Rows of text under headings. With lines around them on a terminal that is wide enough; elsewhere aligned by blanks, one row to a line, for grep and awk.</summary>
/// <param name="title">What the rows are; null where that is clear.</param>
/// <param name="columns">Headings; those that begin with a blank have numbers below them, set to the right.</param>
internal sealed class OutputTable(string? title, params string[] columns)
{
    private const int BoxWidth = 3; // a line and two blanks

    private readonly List<string[]> _rows = [];

    /// <param name="cells">One for each column. Control characters, which a queue's name may have, are replaced.</param>
    public void Add(params object[] cells) => _rows.Add([.. cells.Select(cell => Clean(FormattableString.Invariant($"{cell}")))]);

    /// <summary>Prints it; nothing when it has no rows.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="isTerminal">Whether somebody looks at it.</param>
    public void Print(TextWriter output, bool isTerminal)
    {
        if (_rows.Count == 0)
            return;
        int[] widths = [.. columns.Select((column, i) => Math.Max(column.Trim().Length, _rows.Max(row => row[i].Length)))];
        IAnsiConsole? console = isTerminal ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }) : null;
        if (console?.Profile.Width > widths.Sum() + BoxWidth * (columns.Length + 1))
            PrintBoxed(console);
        else
            PrintPlain(output, widths); // what does not fit can be read so, and not in a box
    }

    private static bool IsRight(string column) => column[0] == ' ';

    /// <summary>Replaces control characters, which would do things to a terminal.</summary>
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
