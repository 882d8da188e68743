namespace Amqp.Server.Configuration;

/// <summary>Key of a setting. A part such as <c>$name</c> matches any one part. A last part <c>*</c> matches one or more parts.</summary>
/// <param name="pattern">The key with its wildcards, as in RabbitMQ's documentation.</param>
internal sealed class SettingKey(string pattern)
{
    private readonly string[] _parts = pattern.Split('.');

    /// <summary>True if the key has a wildcard.</summary>
    public bool HasWildcard { get; } = pattern.Contains('$') || pattern.EndsWith('*');

    /// <summary>Name of the setting's environment variable, with wildcards as <c>$NAME</c>.</summary>
    public string Variable { get; } = EnvironmentSettings.Prefix + pattern.ToUpperInvariant().Replace('.', '_');

    /// <summary>
    /// True if a key matches this key. <paramref name="name"/> is then the part that the wildcard matched; empty if there is no wildcard.
    /// </summary>
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

    /// <summary>True if an environment variable sets this key. The part that matches a wildcard is converted to lower case.</summary>
    public bool MatchesVariable(string variable, out string[] segments)
    {
        segments = [];
        if (!HasWildcard)
        {
            segments = _parts;
            return variable == Variable;
        }
        if (_parts.Count(IsWildcard) > 1)
            return false; // ambiguous, because an underscore may separate two names or belong to a name

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

    /// <summary>Returns this key for a hint about an unknown key. Parts of the unknown key replace the wildcards.</summary>
    public string WithNameFrom(IReadOnlyList<string> segments) => segments.Count == _parts.Length
        ? string.Join('.', _parts.Select((part, at) => part.StartsWith('$') ? segments[at] : part))
        : pattern;

    public override string ToString() => pattern;

    private static bool IsWildcard(string part) => part == "*" || part.StartsWith('$');
}
