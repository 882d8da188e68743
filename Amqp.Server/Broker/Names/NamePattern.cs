using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Amqp.Server.Broker.Names;

/// <summary>A regular expression for names or routing keys, with the rules of RabbitMQ (Erlang's <c>re</c>). Thread-safe.</summary>
/// <remarks>
/// The expression may match anywhere in a name. An empty expression matches nothing. Each octet of a name in UTF-8 is matched as one
/// character, because Erlang matches octets.
/// <para>Patterns with lookarounds or backreferences have a short timeout, and the results of slow matches are cached.</para>
/// </remarks>
internal sealed partial class NamePattern
{
    /// <summary>
    /// Timeout of one attempt to match. Some patterns take exponential time for some names, and clients choose the names.
    /// </summary>
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(20);

    /// <summary>Maximum number of attempts for one match. A busy machine can make the first attempt time out.</summary>
    private const int Tries = 3;

    /// <summary>Timeout for patterns without backtracking. Exceeded only on a busy machine or during the first compilation.</summary>
    private static readonly TimeSpan _linearTimeout = TimeSpan.FromSeconds(1);

    /// <summary>If a match takes longer than this, its result is cached.</summary>
    private static readonly TimeSpan _slow = TimeSpan.FromMilliseconds(1);

    /// <summary>Maximum number of cached names. When the cache is full, it is cleared.</summary>
    private const int MaxRemembered = 1_000;

    private readonly Regex? _regex;
    private readonly ConcurrentDictionary<string, bool>? _remembered; // null if no match can be slow, or if names must not be cached
    private int _isTimeoutTold = 1; // 1: no timeout has occurred; 0: a timeout has occurred and must be logged; 2: a timeout was logged
    private int _timeouts;
    private readonly bool _matchesAll;

    /// <param name="text">The regular expression.</param>
    /// <param name="remembers">False if names are secrets, which must not be cached.</param>
    /// <exception cref="FormatException">The text is not a valid regular expression.</exception>
    public NamePattern(string text, bool remembers = true)
    {
        Text = text;
        _matchesAll = text is ".*" or "^.*";
        if (text.Length == 0 || _matchesAll)
            return;
        _regex = Compile(WithErlangsClasses(Octets(text)));
        if (remembers && (_regex.Options & RegexOptions.NonBacktracking) == 0)
            _remembered = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
    }

    /// <summary>The pattern that matches everything.</summary>
    public static NamePattern Everything { get; } = new(".*");

    /// <summary>The expression as it was given.</summary>
    public string Text { get; }

    /// <summary>Number of matches for which all attempts timed out.</summary>
    public int Timeouts => Volatile.Read(ref _timeouts);

    /// <summary>
    /// Returns true if the pattern matches anywhere in the name. A match that times out counts as no match, as in RabbitMQ.
    /// </summary>
    public bool IsMatch(string name)
    {
        if (_regex is null)
            return _matchesAll;
        return _remembered is null
            ? TryMatch(_regex, name)
            : _remembered.TryGetValue(name, out bool known) ? known : MatchAndRemember(_regex, _remembered, name);
    }

    /// <summary>Returns true once, after the first timeout, and otherwise false. So only one timeout is logged.</summary>
    public bool TakeTimeout() => Volatile.Read(ref _isTimeoutTold) == 0 && Interlocked.Exchange(ref _isTimeoutTold, 2) == 0;

    public override string ToString() => Text;

    /// <summary>Escapes the punctuation in a text that becomes part of a pattern.</summary>
    public static string Escape(string text) => Punctuation().Replace(text, @"\$0");

    private bool MatchAndRemember(Regex regex, ConcurrentDictionary<string, bool> remembered, string name)
    {
        long started = Stopwatch.GetTimestamp();
        bool isMatch = TryMatch(regex, name);
        if (Stopwatch.GetElapsedTime(started) < _slow)
            return isMatch;
        if (remembered.Count >= MaxRemembered)
            remembered.Clear();
        remembered[name] = isMatch;
        return isMatch;
    }

    private bool TryMatch(Regex regex, string name)
    {
        string octets = Octets(name);
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            try
            {
                return regex.IsMatch(octets);
            }
            catch (RegexMatchTimeoutException)
            {
                // The machine may have been busy, so the next attempt may succeed.
            }
        }
        Interlocked.Increment(ref _timeouts);
        Interlocked.CompareExchange(ref _isTimeoutTold, 0, 1);
        return false;
    }

    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, _linearTimeout);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, _timeout); // the pattern has a lookaround or backreference
        }
        catch (ArgumentException error)
        {
            throw new FormatException(error.Message, error);
        }
    }

    private static string Octets(string text) => Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>Replaces POSIX character classes such as <c>[:digit:]</c>, which .NET does not support.</summary>
    private static string WithErlangsClasses(string pattern) => PosixClass().Replace(pattern, found => found.Groups["name"].Value switch
    {
        "alpha" => "a-zA-Z",
        "digit" => "0-9",
        "alnum" => "a-zA-Z0-9",
        "upper" => "A-Z",
        "lower" => "a-z",
        "word" => @"\w",
        "space" => @"\s",
        "xdigit" => "0-9a-fA-F",
        "punct" => @"!-/:-@\[-`{-~",
        var other => throw new FormatException($"[:{other}:] is not a known character class"),
    });

    [GeneratedRegex(@"\[:(?<name>\^?[a-z]+):\]")]
    private static partial Regex PosixClass();

    [GeneratedRegex(@"[!-/:-@\[-`{-~]")]
    private static partial Regex Punctuation();
}
