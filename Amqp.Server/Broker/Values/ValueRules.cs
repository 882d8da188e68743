using Amqp.Protocol;

namespace Amqp.Server.Broker.Values;

/// <summary>What the values of queues' arguments and policies must be: one rule for both, under the policy's key, which is the argument's name without its <c>x-</c>.</summary>
/// <remarks>
/// Checked where a client says them. What was stored before a rule was there is taken as it is: a text that is too long for a name counts as absent
/// (<see cref="Name"/>), and sums with a time do not overflow (<see cref="Deadline"/>).
/// </remarks>
internal static class ValueRules
{
    private const long MaxMilliseconds = 315_360_000_000; // RabbitMQ's longest timer: ten years

    private static readonly string[] _overflows = ["drop-head", "reject-publish", "reject-publish-dlx"];

    private static readonly Dictionary<string, Func<FieldValue, string?>> _rules = new()
    {
        ["alternate-exchange"] = Short,
        ["consumer-timeout"] = value => Integer(value, min: 0),
        ["dead-letter-exchange"] = Short,
        ["dead-letter-routing-key"] = Short,
        ["dead-letter-strategy"] = value => OneOf(value, "dead letter strategy", "at-most-once", "at-least-once"),
        ["delivery-limit"] = value => Integer(value, min: 0),
        ["expires"] = value => Integer(value, min: 1, MaxMilliseconds),
        ["max-length"] = value => Integer(value, min: 0),
        ["max-length-bytes"] = value => Integer(value, min: 0),
        ["max-priority"] = value => Integer(value, min: 0, max: 255, tooLarge: "max_value_exceeded"),
        ["message-ttl"] = value => Integer(value, min: 0, MaxMilliseconds),
        ["overflow"] = value => Text(value) ?? (_overflows.Contains(value.AsString()) ? null : "invalid_overflow"),
        ["queue-mode"] = value => OneOf(value, "queue mode", "default", "lazy"),
        ["queue-version"] = value => Integer(value, min: 0) ?? (value.AsInteger() is 1 or 2 ? null : $"\"unsupported queue version '{value}'\""),
    };

    /// <summary>The rule of a key: what is wrong with a value, in RabbitMQ's terms, or null.</summary>
    public static Func<FieldValue, string?> Of(string key) => _rules[key];

    /// <summary>Whether a key's rule accepts a value.</summary>
    public static bool Accepts(string key, FieldValue value) => _rules[key](value) is null;

    /// <summary>A value that names something; null when it is no text, or one that no name and no routing key can be.</summary>
    public static string? Name(FieldValue? value) => value is { Type: FieldType.LongString } text && text.AsBytes().Length <= ShortString.MaxLength ? text.AsString() : null;

    public static string? Integer(FieldValue value, long min, long max = long.MaxValue, string tooLarge = "value_too_large")
    {
        if (!value.IsInteger)
            return $"\"expected integer, got {ArgumentTypes.NameOf(value.Type)}\"";
        long number = value.AsInteger();
        if (number < min)
            return number < 0 ? $"{{value_negative,{number}}}" : $"{{value_zero,{number}}}";
        return number > max ? $"{{{tooLarge},{number}}}" : null;
    }

    public static string? OneOf(FieldValue value, string what, params ReadOnlySpan<string> allowed) =>
        Text(value) is { } wrongType ? wrongType : allowed.Contains(value.AsString()) ? null : $"\"unsupported {what} '{value}'\"";

    public static string Unacceptable(FieldValue value) => $"{{unacceptable_type,{ArgumentTypes.NameOf(value.Type)}}}";

    private static string? Text(FieldValue value) => value.Type == FieldType.LongString ? null : Unacceptable(value);

    /// <summary>A text that becomes a short string of AMQP. RabbitMQ takes a longer one, and fails with the first message that needs it.</summary>
    private static string? Short(FieldValue value) =>
        Text(value) ?? (value.AsBytes().Length is var length && length > ShortString.MaxLength ? $"{{value_too_long,{length}}}" : null);
}
