using System.Text.RegularExpressions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;

namespace Amqp.Server.Broker.Policies;

/// <summary>The regular expression of a policy. It may match anywhere in a name. An empty text matches every name.</summary>
internal sealed class PolicyPattern
{
    private readonly NamePattern _pattern;

    /// <exception cref="ValidationException">The text is not a valid regular expression. The exception has RabbitMQ's text.</exception>
    public PolicyPattern(string text)
    {
        try
        {
            _pattern = new NamePattern(text);
        }
        catch (FormatException error)
        {
            throw new ValidationException($"pattern should be regular expression but is invalid: {Describe(error)}");
        }
    }

    /// <summary>Returns the error of an invalid regular expression in Erlang's notation.</summary>
    public static string Describe(FormatException error) => error.InnerException is RegexParseException parsed
        ? $"{{\"{Describe(parsed.Error)}\",{parsed.Offset}}}" : error.Message;

    /// <summary>The text of the regular expression.</summary>
    public string Text => _pattern.Text;

    /// <inheritdoc cref="NamePattern.TakeTimeout"/>
    public bool TakeTimeout() => _pattern.TakeTimeout();

    public bool IsMatch(string name) => Text.Length == 0 || _pattern.IsMatch(name);

    /// <summary>Translates .NET's error to the text of PCRE, the library that RabbitMQ uses.</summary>
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
