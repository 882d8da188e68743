namespace Amqp.Server.Configuration;

/// <summary>Key of a setting. A part like <c>$name</c> matches any one part; <c>*</c> as the last part matches one or more parts.</summary>
/// <param name="pattern">The key, as in RabbitMQ's documentation.</param>
internal sealed class SettingKey(string pattern)
{
    private readonly string[] _parts = pattern.Split('.');

    /// <summary>True if the key has a wildcard and so matches several names.</summary>
    public bool HasWildcard { get; } = pattern.Contains('$') || pattern.EndsWith('*');

    /// <summary>Environment variable of the setting; a wildcard is written as <c>$NAME</c>.</summary>
    public string Variable { get; } = EnvironmentSettings.Prefix + pattern.ToUpperInvariant().Replace('.', '_');

    /// <summary>True if the key matches. If true, the name is the part that the wildcard matched; empty if there is no wildcard.</summary>
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

    /// <summary>True if the environment variable sets this key. The part that a wildcard matched is converted to lower case.</summary>
    public bool MatchesVariable(string variable, out string[] segments)
    {
        segments = [];
        if (!HasWildcard)
        {
            segments = _parts;
            return variable == Variable;
        }
        if (_parts.Count(IsWildcard) > 1)
            return false; // ambiguous: an underscore can separate two names or be a part of a name

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

    /// <summary>
    /// Returns this key for the hint "did you mean". The unknown key's part at the wildcard's position replaces the wildcard.
    /// </summary>
    public string WithNameFrom(IReadOnlyList<string> segments) => segments.Count == _parts.Length
        ? string.Join('.', _parts.Select((part, at) => part.StartsWith('$') ? segments[at] : part))
        : pattern;

    public override string ToString() => pattern;

    private static bool IsWildcard(string part) => part == "*" || part.StartsWith('$');
}
