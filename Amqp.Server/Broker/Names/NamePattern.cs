using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Amqp.Server.Broker.Names;

/// <summary>A regular expression that names of queues and exchanges, or routing keys, are held against, as RabbitMQ does with Erlang's <c>re</c>.</summary>
/// <remarks>
/// It is not anchored, and an empty one matches nothing. Erlang matches octet by octet, and so it is done here: names and
/// pattern are taken in UTF-8, each octet as one character. Any thread may ask.
/// <para>Nearly all patterns take time that grows with the length of the name only. Those that look around or back are given little time, and answers
/// that took long are remembered: whoever holds a lock has the match made before.</para>
/// </remarks>
internal sealed partial class NamePattern
{
    /// <summary>What one try at a match may take: a name is chosen by a client, and some patterns take for ever on some names.</summary>
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(20);

    /// <summary>How often a match is tried: the time runs on while the thread has to wait for a processor.</summary>
    private const int Tries = 3;

    /// <summary>The same for patterns that are matched without going back. No name makes them take long, so that only the machine can: when it is busy, or compiles for the first time.</summary>
    private static readonly TimeSpan _linearTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Time of a match above which its answer is remembered.</summary>
    private static readonly TimeSpan _slow = TimeSpan.FromMilliseconds(1);

    /// <summary>Names of which that is remembered. When there are more it begins anew.</summary>
    private const int MostRemembered = 1_000;

    private readonly Regex? _regex;
    private readonly ConcurrentDictionary<string, bool>? _remembered; // null where no name can take for ever, or none may be kept
    private int _isTimeoutTold = 1; // 0 from the first match that could not be decided until somebody hears of it
    private int _timeouts;
    private readonly bool _matchesAll;

    /// <param name="text">The expression.</param>
    /// <param name="remembers">Whether names may be kept whose match takes long: not where they are secrets.</param>
    /// <exception cref="FormatException">It is no regular expression.</exception>
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

    /// <summary>That of everything.</summary>
    public static NamePattern Everything { get; } = new(".*");

    /// <summary>The expression as it was given.</summary>
    public string Text { get; }

    /// <summary>Matches that could not be decided in reasonable time.</summary>
    public int Timeouts => Volatile.Read(ref _timeouts);

    /// <summary>Whether a name has a match in it. One that cannot be decided in reasonable time has not, as in RabbitMQ; and the next time it costs nothing to say so.</summary>
    public bool IsMatch(string name)
    {
        if (_regex is null)
            return _matchesAll;
        return _remembered is null ? TryMatch(_regex, name) : _remembered.TryGetValue(name, out bool known) ? known : MatchAndRemember(_regex, _remembered, name);
    }

    /// <summary>True once after the first match that could not be decided: whoever sees it tells the log.</summary>
    public bool TakeTimeout() => Volatile.Read(ref _isTimeoutTold) == 0 && Interlocked.Exchange(ref _isTimeoutTold, 2) == 0;

    public override string ToString() => Text;

    /// <summary>The pattern that matches a text and nothing else.</summary>
    public static string Escape(string text) => Punctuation().Replace(text, @"\$0");

    private bool MatchAndRemember(Regex regex, ConcurrentDictionary<string, bool> remembered, string name)
    {
        long started = Stopwatch.GetTimestamp();
        bool isMatch = TryMatch(regex, name);
        if (Stopwatch.GetElapsedTime(started) < _slow)
            return isMatch;
        if (remembered.Count >= MostRemembered)
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
                // Perhaps it was the machine.
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
            return new Regex(pattern, RegexOptions.CultureInvariant, _timeout); // it looks around or back
        }
        catch (ArgumentException error)
        {
            throw new FormatException(error.Message, error);
        }
    }

    private static string Octets(string text) => Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>POSIX's classes, which .NET would read as something else.</summary>
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
        var other => throw new FormatException($"[:{other}:] is not a class that is known here"),
    });

    [GeneratedRegex(@"\[:(?<name>\^?[a-z]+):\]")]
    private static partial Regex PosixClass();

    [GeneratedRegex(@"[!-/:-@\[-`{-~]")]
    private static partial Regex Punctuation();
}
