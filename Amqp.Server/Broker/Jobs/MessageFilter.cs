using System.Text.RegularExpressions;
using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.Jobs;

/// <summary>Conditions that a message must satisfy, all of them. Used by one thread at a time.</summary>
internal sealed class MessageFilter
{
    /// <summary>Maximum number of conditions.</summary>
    public const int MostConditions = 16;

    private readonly Condition[] _conditions;

    /// <summary>Reads conditions such as <c>header.type=order*</c>, <c>key~^eu\.</c> or <c>body!=*test*</c>.</summary>
    /// <param name="conditions">Each condition is a field, an operator (<c>=</c>, <c>!=</c>, <c>~</c> or <c>!~</c>) and a pattern.</param>
    /// <exception cref="FormatException">A condition is not valid, or there are too many.</exception>
    public MessageFilter(IReadOnlyList<string> conditions)
    {
        if (conditions.Count > MostConditions)
            throw new FormatException($"{conditions.Count} conditions are too many: at most {MostConditions} are allowed");
        Texts = conditions;
        _conditions = [.. conditions.Select(Read)];
    }

    /// <summary>The conditions as they were given.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>Returns true if the message satisfies all conditions.</summary>
    /// <exception cref="JobException">A condition took too long.</exception>
    public bool Matches(in EncodedMessage message)
    {
        foreach (var condition in _conditions)
        {
            try
            {
                bool isMatch = condition.Field.TryRead(message, out var text) && condition.Pattern.IsMatch(text);
                if (isMatch == condition.IsNegated)
                    return false;
            }
            catch (RegexMatchTimeoutException)
            {
                throw new JobException($"the condition '{condition.Text}' takes too long for one of the messages");
            }
        }
        return true;
    }

    private static Condition Read(string text)
    {
        int at = text.AsSpan().IndexOfAny("=~");
        bool isNegated = at > 0 && text[at - 1] == '!';
        int end = isNegated ? at - 1 : at;
        if (end < 1)
            throw new FormatException(
                $"the condition '{text}' is not valid; expected FIELD=TEXT, FIELD!=TEXT, FIELD~REGEX or FIELD!~REGEX");
        try
        {
            return new Condition(text, new MessageField(text[..end]), new TextPattern(text[(at + 1)..], text[at] == '~'), isNegated);
        }
        catch (FormatException error)
        {
            throw new FormatException($"the condition '{text}' is not valid: {error.Message}", error);
        }
    }

    private sealed record Condition(string Text, MessageField Field, TextPattern Pattern, bool IsNegated);
}
