using System.Text.RegularExpressions;

namespace Amqp.Server.Broker.Parameters;

/// <summary>Regular expressions that users write about names, as RabbitMQ takes them: found anywhere unless anchored.</summary>
internal static class NamePattern
{
    /// <summary>A pattern that takes longer to be found in a name of 255 bytes is one that never ends, and matches nothing.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromMilliseconds(250);

    /// <exception cref="ValidationException">It is none.</exception>
    public static Regex Parse(string pattern, string field)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, _limit);
        }
        catch (RegexParseException error)
        {
            throw new ValidationException($"{field} should be regular expression but is invalid: {{\"{Describe(error.Error)}\",{error.Offset}}}");
        }
    }

    public static bool IsMatch(Regex pattern, string name)
    {
        try
        {
            return pattern.IsMatch(name);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    /// <summary>The words of PCRE, which RabbitMQ shows.</summary>
    private static string Describe(RegexParseError error) => error switch
    {
        RegexParseError.InsufficientClosingParentheses => "missing )",
        RegexParseError.InsufficientOpeningParentheses => "unmatched parentheses",
        RegexParseError.UnterminatedBracket => "missing terminating ] for character class",
        RegexParseError.QuantifierAfterNothing => "nothing to repeat",
        RegexParseError.ReversedCharacterRange => "range out of order in character class",
        RegexParseError.ReversedQuantifierRange => "numbers out of order in {} quantifier",
        RegexParseError.UnescapedEndingBackslash => "\\ at end of pattern",
        _ => "unrecognized pattern",
    };
}
