using Amqp.Server.Management.Http;
using Amqp.Server.Snapshots;

namespace Amqp.Server.Management.Lists;

/// <summary>A filter in the words of the parameter <c>q</c>. A row passes if all words match.</summary>
/// <remarks>
/// Words are separated by blanks. A word without a key is a part of a name. <c>key:value</c> tests one field, and <c>key:=value</c> demands
/// the whole field. Quotes protect blanks and colons. Upper and lower case are the same, except after <c>:=</c>.
/// </remarks>
internal sealed class ListFilter
{
    private const int MaxLength = 1_000;
    private const int MaxWords = 20;

    private readonly List<Func<SnapshotTable, Func<int, bool>>> _tests = [];

    /// <exception cref="ApiException">400: a key is unknown, or the filter is too long.</exception>
    public ListFilter(ListKind kind, string? text)
    {
        if (text is null)
            return;
        if (text.Length > MaxLength)
            throw ApiException.BadRequest($"q: a filter has at most {MaxLength} characters");
        foreach (var (key, value) in Words(text))
            _tests.Add(key is null ? Search(kind, value) : Test(kind, key, value));
        if (_tests.Count > MaxWords)
            throw ApiException.BadRequest($"q: a filter has at most {MaxWords} words");
    }

    /// <summary>True if every row passes.</summary>
    public bool IsEmpty => _tests.Count == 0;

    /// <summary>Returns the tests of a table's rows. A row passes if all of them return true.</summary>
    public Func<int, bool>[] For(SnapshotTable table) => [.. _tests.Select(test => test(table))];

    private static Func<SnapshotTable, Func<int, bool>> Search(ListKind kind, string value) => table =>
    {
        var tests = Array.ConvertAll(kind.Searched, name => table.Text(name).Contains(value));
        return tests is [var only] ? only : row =>
        {
            foreach (var test in tests)
                if (test(row))
                    return true;
            return false;
        };
    };

    private static Func<SnapshotTable, Func<int, bool>> Test(ListKind kind, string key, string value)
    {
        if (key == "is" && kind.Flags.TryGetValue(value, out var flag))
            return flag;
        if (!kind.Keys.TryGetValue(key, out var known))
            throw ApiException.BadRequest(
                $"q: '{key}:{value}' is unknown for {kind.Name}; known are {kind.KnownKeys}. Text with a colon needs quotes.");
        bool isExact = value.StartsWith('=');
        string wanted = isExact ? value[1..] : value;
        return table =>
        {
            var column = table.Text(known.Column);
            return isExact ? row => column[row] == wanted
                : known.IsWhole && wanted.Length > 0 ? row => string.Equals(column[row], wanted, StringComparison.OrdinalIgnoreCase)
                : column.Contains(wanted);
        };
    }

    /// <summary>Splits a filter into words. The key is null for a word without a key.</summary>
    private static IEnumerable<(string? Key, string Value)> Words(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            string? key = null;
            int end = at;
            while (end < text.Length && char.IsAsciiLetter(text[end]))
                end++;
            if (end > at && end < text.Length && text[end] == ':')
                (key, at) = (text[at..end], end + 1);
            yield return (key, Value(text, ref at));
        }
    }

    /// <summary>Reads up to the next blank outside of quotes. The quotes are no part of the value. The last one may be missing.</summary>
    private static string Value(string text, ref int at)
    {
        var value = new System.Text.StringBuilder();
        bool isQuoted = false;
        for (; at < text.Length && (isQuoted || !char.IsWhiteSpace(text[at])); at++)
        {
            if (text[at] == '"')
                isQuoted = !isQuoted;
            else
                value.Append(text[at]);
        }
        return value.ToString();
    }
}
