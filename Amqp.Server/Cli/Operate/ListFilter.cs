using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>
/// A condition on the items of a list, such as <c>messages&gt;0</c>. A text without an operator must occur in the item's name.
/// </summary>
internal sealed partial class ListFilter
{
    private readonly string _field = "name";
    private readonly string _operator = "contains";
    private readonly string _value;
    private readonly Regex? _pattern;

    /// <summary>Parses a condition.</summary>
    /// <exception cref="CliException">The regular expression is invalid, or the value to compare with is not a number.</exception>
    public ListFilter(string text)
    {
        _value = text;
        if (Comparison().Match(text) is { Success: true } match)
            (_field, _operator, _value) = (match.Groups["field"].Value, match.Groups["operator"].Value, match.Groups["value"].Value);
        if (_operator[0] is '<' or '>' && !double.TryParse(_value, CultureInfo.InvariantCulture, out _))
            throw new CliException(
                ExitCode.Usage,
                $"--filter: '{_value}' is not a number, and {_operator} compares only numbers. Compare texts with =, != and ~");
        try
        {
            _pattern = _operator == "~" ? new Regex(_value, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) : null;
        }
        catch (RegexParseException error)
        {
            throw new CliException(ExitCode.Usage, $"--filter: '{_value}' is not a regular expression: {error.Message}");
        }
    }

    /// <summary>Name of the field that the condition tests.</summary>
    public string Field => _field;

    /// <summary>True if an item meets the condition.</summary>
    public bool Wants(JsonElement item)
    {
        string text = ListColumn.Find(item, _field) is not { } value
            ? ""
            : value.ValueKind == JsonValueKind.String ? value.GetString()! : ListColumn.Text(value);
        return _operator switch
        {
            "~" => _pattern!.IsMatch(text),
            "=" => text == _value,
            "!=" => text != _value,
            "contains" => text.Contains(_value, StringComparison.OrdinalIgnoreCase),
            ">" => Compare(text) > 0,
            "<" => Compare(text) < 0,
            ">=" => Compare(text) >= 0,
            _ => Compare(text) <= 0,
        };
    }

    private int? Compare(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double number)
            && double.TryParse(_value, CultureInfo.InvariantCulture, out double bound)
            ? number.CompareTo(bound)
            : null;

    [GeneratedRegex(@"^(?<field>[A-Za-z_][\w.\-]*)(?<operator>!=|>=|<=|=|>|<|~)(?<value>.*)$", RegexOptions.Singleline)]
    private static partial Regex Comparison();
}
