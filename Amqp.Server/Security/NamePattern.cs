using System.Text;
using System.Text.RegularExpressions;

namespace Amqp.Server.Security;

/// <summary>A regular expression that names of queues and exchanges, or routing keys, are held against, as RabbitMQ does with Erlang's <c>re</c>.</summary>
/// <remarks>
/// It is not anchored, and an empty one matches nothing. Erlang matches octet by octet, and so it is done here: names and
/// pattern are taken in UTF-8, each octet as one character. Immutable, so any thread may ask.
/// </remarks>
internal sealed partial class NamePattern
{
    /// <summary>What one match may take: a name is chosen by a client, and some patterns take for ever on some names.</summary>
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(250);

    private readonly Regex? _regex;
    private readonly bool _matchesAll;

    /// <exception cref="FormatException">It is no regular expression.</exception>
    public NamePattern(string text)
    {
        Text = text;
        _matchesAll = text is ".*" or "^.*";
        if (text.Length > 0 && !_matchesAll)
            _regex = Compile(WithErlangsClasses(Octets(text)));
    }

    /// <summary>That of everything.</summary>
    public static NamePattern Everything { get; } = new(".*");

    /// <summary>The expression as it was given.</summary>
    public string Text { get; }

    /// <summary>Whether a name has a match in it. One that cannot be decided in reasonable time has not.</summary>
    public bool IsMatch(string name)
    {
        if (_regex is null)
            return _matchesAll;
        try
        {
            return _regex.IsMatch(Octets(name));
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    public override string ToString() => Text;

    /// <summary>The pattern that matches a text and nothing else.</summary>
    public static string Escape(string text) => Punctuation().Replace(text, @"\$0");

    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, _timeout);
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
