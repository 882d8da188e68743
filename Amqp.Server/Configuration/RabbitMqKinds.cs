using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Amqp.Server.Configuration;

/// <summary>The types of values in RabbitMQ's schemas. They validate the values of settings that have no effect here.</summary>
/// <remarks>
/// In the notation <c>infinity|&lt;integer&gt;</c>, a bar separates alternatives, and a word without angle brackets stands for itself.
/// </remarks>
internal static class RabbitMqKinds
{
    private static readonly Dictionary<string, ValueKind<string>> _kinds = new()
    {
        ["<text>"] = Kind("text", text => text.Length > 0),
        ["<integer>"] = Kind("a whole number", text => IsInteger(text, long.MinValue)),
        ["<count>"] = Kind("a whole number, 0 or more", text => IsInteger(text, 0)),
        ["<positive>"] = Kind("a whole number, 1 or more", text => IsInteger(text, 1)),
        ["<byte>"] = Kind(
            "a whole number from 0 to 255", text => byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)),
        ["<number>"] = Kind("a number", text =>
            double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _)),
        ["<size>"] = Kind("bytes, with or without a unit", text => ByteSize.TryParse(text, out _)),
        ["<duration>"] = Kind(ValueKinds.Duration.Expected, text => ValueKinds.Duration.TryRead(text, out _)),
        ["<listener>"] = Kind(ValueKinds.Listener.Expected, text => ValueKinds.Listener.TryRead(text, out _)),
    };

    /// <summary>Any text that is not empty.</summary>
    public static ValueKind<string> AnyText => _kinds["<text>"];

    /// <summary>Parses a type from its notation.</summary>
    public static ValueKind<string> Parse(string notation)
    {
        ValueKind<string>[] alternatives =
            [.. notation.Split('|').Select(word => _kinds.GetValueOrDefault(word) ?? Kind(word, text => text == word))];
        if (alternatives is [var one])
            return one;
        string expected = string.Join(", ", alternatives[..^1].Select(kind => kind.Expected)) + " or " + alternatives[^1].Expected;
        return Kind(expected, text => alternatives.Any(kind => kind.TryRead(text, out _)));
    }

    private static bool IsInteger(string text, long min) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= min;

    private static ValueKind<string> Kind(string expected, Func<string, bool> matches) =>
        new(expected, (string text, [MaybeNullWhen(false)] out string value) =>
            matches(value = text));
}
