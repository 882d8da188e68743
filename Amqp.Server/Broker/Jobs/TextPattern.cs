using System.Text.RegularExpressions;

namespace Amqp.Server.Broker.Jobs;

/// <summary>A pattern of a condition: a text with wildcards, which must match as a whole, or a regular expression.</summary>
/// <remarks>Takes time in proportion to the text, whatever the pattern: there is no backtracking.</remarks>
internal sealed class TextPattern
{
    /// <summary>Maximum number of characters of a pattern.</summary>
    public const int MostCharacters = 1_000;

    /// <summary>Timeout for one text. Exceeded only on a busy machine, because there is no backtracking.</summary>
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(500);

    private readonly string _text;
    private readonly Regex? _regex; // null for a text with wildcards

    /// <param name="text">The pattern.</param>
    /// <param name="isRegex">True for a regular expression; false for a text in which <c>*</c> stands for any characters.</param>
    /// <exception cref="FormatException">The pattern is not valid.</exception>
    public TextPattern(string text, bool isRegex)
    {
        _text = text;
        if (text.Length > MostCharacters)
            throw new FormatException($"the pattern has more than {MostCharacters} characters");
        if (!isRegex)
            return;
        try
        {
            _regex = new Regex(text, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, _timeout);
        }
        catch (NotSupportedException)
        {
            throw new FormatException("lookarounds, backreferences and atomic groups are not supported");
        }
        catch (ArgumentException error)
        {
            throw new FormatException(error.Message, error);
        }
    }

    /// <exception cref="RegexMatchTimeoutException">The text took too long.</exception>
    public bool IsMatch(ReadOnlySpan<char> text) => _regex?.IsMatch(text) ?? MatchesWildcards(text);

    private bool MatchesWildcards(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> pattern = _text;
        int star = pattern.IndexOf('*');
        if (star < 0)
            return text.SequenceEqual(pattern);
        if (!text.StartsWith(pattern[..star], StringComparison.Ordinal))
            return false;
        text = text[star..];
        pattern = pattern[(star + 1)..];
        for (star = pattern.IndexOf('*'); star >= 0; star = pattern.IndexOf('*'))
        {
            int at = text.IndexOf(pattern[..star], StringComparison.Ordinal);
            if (at < 0)
                return false;
            text = text[(at + star)..];
            pattern = pattern[(star + 1)..];
        }
        return text.EndsWith(pattern, StringComparison.Ordinal);
    }
}
