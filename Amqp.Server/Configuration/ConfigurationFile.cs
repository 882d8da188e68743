using System.Text;

namespace Amqp.Server.Configuration;

/// <summary>Reads a configuration file in the format of rabbitmq.conf.</summary>
/// <param name="name">Name of the file, shown in error messages.</param>
/// <param name="variable">Returns the value of an environment variable; null if the variable is not set.</param>
/// <param name="number">Index of the file among the configuration files, from 0.</param>
internal sealed class ConfigurationFile(string name, Func<string, string?> variable, int number = 0)
{
    private readonly List<Assignment> _assignments = [];
    private readonly List<SettingRemark> _errors = [];

    /// <summary>The assignments from the valid lines, in the order of the file.</summary>
    public IReadOnlyList<Assignment> Assignments => _assignments;

    /// <summary>The syntax errors. Each error names its line.</summary>
    public IReadOnlyList<SettingRemark> Errors => _errors;

    /// <summary>Reads the text of a file, and adds invalid lines to <see cref="Errors"/>.</summary>
    public ConfigurationFile Read(string text)
    {
        int lineNumber = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().TrimStart('\uFEFF').EnumerateLines())
            ReadLine(line.Trim(" \t"), ++lineNumber);
        return this;
    }

    private void ReadLine(ReadOnlySpan<char> line, int lineNumber)
    {
        if (line.IsEmpty || line[0] == '#')
            return;

        var source = new SettingSource($"{name}:{lineNumber}", SettingSource.File, lineNumber, number);
        List<string> segments = ReadKey(ref line);
        line = line.TrimStart(" \t");
        if (segments.Contains("") || line.IsEmpty || line[0] != '=')
        {
            _errors.Add(new(source, "expected 'key = value', the key in letters, digits, '_', '-' and '.'"));
            return;
        }

        string key = string.Join('.', segments);
        string? problem = ReadValue(line[1..].TrimStart(" \t"), out string value);
        if (problem is null)
            _assignments.Add(new Assignment(segments, value, source));
        else
            _errors.Add(new(source, $"{key}: {problem}"));
    }

    // A backslash keeps a dot inside a part, for example in a user name: "a.b\.c" has the parts "a" and "b.c".
    private static List<string> ReadKey(ref ReadOnlySpan<char> line)
    {
        var segments = new List<string>();
        var segment = new StringBuilder();
        int at = 0;
        for (; at < line.Length; at++)
        {
            if (line[at] == '\\' && at + 1 < line.Length && line[at + 1] == '.')
            {
                segment.Append('.');
                at++;
            }
            else if (line[at] == '.')
            {
                segments.Add(segment.ToString());
                segment.Clear();
            }
            else if (char.IsAsciiLetterOrDigit(line[at]) || line[at] is '_' or '-')
            {
                segment.Append(line[at]);
            }
            else
            {
                break;
            }
        }

        segments.Add(segment.ToString());
        line = line[at..];
        return segments;
    }

    /// <returns>Error text; null if the value is valid.</returns>
    private string? ReadValue(ReadOnlySpan<char> text, out string value)
    {
        if (!text.IsEmpty && text[0] == '\'')
            return ReadQuoted(text[1..], out value);

        int comment = text.IndexOf('#');
        value = (comment < 0 ? text : text[..comment]).TrimEnd(" \t").ToString();
        return value.Length == 0 ? "expected a value after '='" : Substitute(ref value);
    }

    private static string? ReadQuoted(ReadOnlySpan<char> text, out string value)
    {
        var content = new StringBuilder();
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] == '\'')
            {
                content.Append('\'');
                at++;
            }
            else if (text[at] == '\'')
            {
                value = content.ToString();
                ReadOnlySpan<char> rest = text[(at + 1)..].TrimStart(" \t");
                return rest.IsEmpty || rest[0] == '#' ? null : "expected nothing but a comment after the closing quote";
            }
            else
            {
                content.Append(text[at]);
            }
        }

        value = "";
        return "expected a closing quote (')";
    }

    private string? Substitute(ref string value)
    {
        for (int start = 0; (start = value.IndexOf("$(", start, StringComparison.Ordinal)) >= 0;)
        {
            int end = value.IndexOf(')', start);
            if (end < 0)
                return "expected ')' after '$('";
            string wanted = value[(start + 2)..end];
            if (variable(wanted) is not { } content)
                return $"the environment variable {wanted} is not set";
            value = string.Concat(value.AsSpan(0, start), content, value.AsSpan(end + 1));
            start += content.Length;
        }

        return null;
    }
}
