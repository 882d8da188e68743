namespace Amqp.Server.Configuration;

/// <summary>A key of the table: parts between dots, of which one may be <c>$something</c> (any one part) and the last <c>*</c> (any parts).</summary>
/// <param name="pattern">The key as RabbitMQ's documentation writes it.</param>
internal sealed class SettingKey(string pattern)
{
    private readonly string[] _parts = pattern.Split('.');

    /// <summary>True when the key stands for many.</summary>
    public bool HasWildcard { get; } = pattern.Contains('$') || pattern.EndsWith('*');

    /// <summary>The environment variable that sets it, <c>$NAME</c> for a wildcard.</summary>
    public string Variable { get; } = EnvironmentSettings.Prefix + pattern.ToUpperInvariant().Replace('.', '_');

    /// <summary>True when the key is this one; the name is what stands for the wildcard.</summary>
    public bool Matches(IReadOnlyList<string> segments, out string name)
    {
        name = "";
        bool open = _parts[^1] == "*";
        if (open ? segments.Count < _parts.Length : segments.Count != _parts.Length)
            return false;

        for (int at = 0; at < _parts.Length; at++)
        {
            if (_parts[at].StartsWith('$'))
                name = segments[at];
            else if (open && at == _parts.Length - 1)
                name = string.Join('.', segments.Skip(at));
            else if (_parts[at] != segments[at])
                return false;
        }

        return true;
    }

    /// <summary>True when an environment variable sets this key; a wildcard's name comes out in lower case.</summary>
    public bool MatchesVariable(string variable, out string[] segments)
    {
        segments = [];
        if (!HasWildcard)
        {
            segments = _parts;
            return variable == Variable;
        }
        if (_parts.Count(IsWildcard) > 1)
            return false; // where one name ends and the next begins cannot be seen

        int wildcard = Array.FindIndex(_parts, IsWildcard);
        int start = EnvironmentSettings.Prefix.Length + _parts.Take(wildcard).Sum(part => part.Length + 1);
        int after = _parts.Skip(wildcard + 1).TakeWhile(part => part != "*").Sum(part => part.Length + 1);
        if (variable.Length <= start + after
            || !variable.AsSpan(0, start).SequenceEqual(Variable.AsSpan(0, start))
            || !variable.EndsWith(Variable[^after..], StringComparison.Ordinal))
        {
            return false;
        }

        segments = [.. _parts.Take(wildcard), variable[start..^after].ToLowerInvariant(), .. _parts.Skip(wildcard + 1)];
        return true;
    }

    /// <summary>The key of this pattern that is nearest to a key that was meant: its own part where the wildcard is.</summary>
    public string Likened(IReadOnlyList<string> segments) => segments.Count == _parts.Length
        ? string.Join('.', _parts.Select((part, at) => part.StartsWith('$') ? segments[at] : part))
        : pattern;

    public override string ToString() => pattern;

    private static bool IsWildcard(string part) => part == "*" || part.StartsWith('$');
}
