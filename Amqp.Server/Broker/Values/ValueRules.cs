using System.Globalization;
using Amqp.Protocol;

namespace Amqp.Server.Broker.Values;

/// <summary>Rules for the values of queue arguments and policies. The key of a rule is the argument's name without <c>x-</c>.</summary>
/// <remarks>
/// Values are checked when a client sends them. A stored value may violate a newer rule, so code that uses stored values must accept
/// invalid values.
/// </remarks>
internal static class ValueRules
{
    private const long MaxMilliseconds = 315_360_000_000; // RabbitMQ's longest timer: ten years

    private static readonly string[] _overflows = ["drop-head", "reject-publish", "reject-publish-dlx"];

    private static readonly Dictionary<string, Func<FieldValue, string?>> _rules = new()
    {
        ["alternate-exchange"] = Short,
        ["cache-persistence"] = value => OneOf(value, "cache persistence", "disk", "memory"),
        ["cache-size"] = value => Count(value, long.MaxValue),
        ["cache-ttl"] = value => Count(value, MaxMilliseconds),
        ["consumer-timeout"] = value => Integer(value, min: 0),
        ["dead-letter-exchange"] = Short,
        ["dead-letter-routing-key"] = Short,
        ["dead-letter-strategy"] = value => OneOf(value, "dead letter strategy", "at-most-once", "at-least-once"),
        ["delivery-limit"] = value => Integer(value, min: 0),
        ["deduplication-header"] = value =>
            Short(value) ?? (value.AsBytes().Length == 0 ? "\"expected the name of a header\"" : null),
        ["expires"] = value => Integer(value, min: 1, MaxMilliseconds),
        ["max-length"] = value => Integer(value, min: 0),
        ["max-length-bytes"] = value => Integer(value, min: 0),
        ["max-priority"] = value => Integer(value, min: 0, max: 255, tooLarge: "max_value_exceeded"),
        ["message-deduplication"] = value => value.Type == FieldType.Boolean ? null : Unacceptable(value),
        ["message-ttl"] = value => Integer(value, min: 0, MaxMilliseconds),
        ["overflow"] = value => Text(value) ?? (_overflows.Contains(value.AsString()) ? null : "invalid_overflow"),
        ["queue-mode"] = value => OneOf(value, "queue mode", "default", "lazy"),
        ["queue-version"] = value =>
            Integer(value, min: 0) ?? (value.AsInteger() is 1 or 2 ? null : $"\"unsupported queue version '{value}'\""),
    };

    /// <summary>Returns the rule of a key: a function that returns RabbitMQ's error text, or null for a valid value.</summary>
    public static Func<FieldValue, string?> Of(string key) => _rules[key];

    /// <summary>True if the rule of a key accepts a value.</summary>
    public static bool Accepts(string key, FieldValue value) => _rules[key](value) is null;

    /// <summary>Returns a value as a name or routing key; null if the value is missing, is not a text, or is too long.</summary>
    public static string? Name(FieldValue? value) =>
        value is { Type: FieldType.LongString } text && text.AsBytes().Length <= ShortString.MaxLength ? text.AsString() : null;

    public static string? Integer(FieldValue value, long min, long max = long.MaxValue, string tooLarge = "value_too_large")
    {
        if (!value.IsInteger)
            return $"\"expected integer, got {ArgumentTypes.NameOf(value.Type)}\"";
        long number = value.AsInteger();
        if (number < min)
            return number < 0 ? $"{{value_negative,{number}}}" : $"{{value_zero,{number}}}";
        return number > max ? $"{{{tooLarge},{number}}}" : null;
    }

    /// <summary>
    /// Returns a number that may also be given as a text of digits, as some plugins of RabbitMQ permit; null for other values.
    /// </summary>
    public static long? NumberOf(FieldValue? value) => value switch
    {
        { IsInteger: true } number => number.AsInteger(),
        { Type: FieldType.LongString } text
            when long.TryParse(text.AsBytes(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) => number,
        _ => null,
    };

    public static string? OneOf(FieldValue value, string what, params ReadOnlySpan<string> allowed) =>
        Text(value) is { } wrongType ? wrongType : allowed.Contains(value.AsString()) ? null : $"\"unsupported {what} '{value}'\"";

    public static string Unacceptable(FieldValue value) => $"{{unacceptable_type,{ArgumentTypes.NameOf(value.Type)}}}";

    /// <summary>Rejects everything but a number from 1 up, which may be a text.</summary>
    private static string? Count(FieldValue value, long max) =>
        NumberOf(value) is { } number ? Integer(FieldValue.FromInt64(number), min: 1, max) : Integer(value, min: 1, max);

    private static string? Text(FieldValue value) => value.Type == FieldType.LongString ? null : Unacceptable(value);

    /// <summary>Rejects a text that is too long for an AMQP short string. RabbitMQ accepts such a text.</summary>
    private static string? Short(FieldValue value) =>
        Text(value) ?? (value.AsBytes().Length is var length && length > ShortString.MaxLength ? $"{{value_too_long,{length}}}" : null);
}
