using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Messages;

/// <summary>What of a message's properties decides about how it is kept.</summary>
/// <param name="IsPersistent">It outlives a restart, in queues that do.</param>
/// <param name="Priority">0 when its publisher gave none.</param>
/// <param name="Expiration">How many milliseconds it may wait, or <see cref="MessageStamp.NoExpiration"/>.</param>
internal readonly record struct MessageTraits(bool IsPersistent, byte Priority, long Expiration)
{
    private const long MaxExpiration = 315_360_000_000; // RabbitMQ's longest timer: ten years
    private const int LineLength = 80; // at which Erlang breaks what it prints

    /// <summary>Reads them off a publish.</summary>
    /// <exception cref="BrokerException">406: the expiration is no number of milliseconds.</exception>
    public static MessageTraits Of(in EncodedProperties properties) => new(
        properties.IsPersistent,
        properties.Priority,
        (properties.Flags & PropertyFlags.Expiration) == 0 ? MessageStamp.NoExpiration : ParseExpiration(properties.Expiration));

    private static long ParseExpiration(ReadOnlySpan<byte> text)
    {
        int start = text.Length > 0 && text[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        int end = start;
        while (end < text.Length && char.IsAsciiDigit((char)text[end]))
            end++;
        if (end == start)
            throw Invalid(text, "no_integer");
        if (end < text.Length)
            throw Invalid(text, $"{{leftover_string,\"{OctetText.Decode(text[end..])}\"}}");
        var digits = text[start..end].TrimStart((byte)'0');
        string number = digits.IsEmpty ? "0" : Encoding.ASCII.GetString(digits);
        if (text[0] == (byte)'-' && number != "0")
            throw Invalid(text, $"{{value_negative,-{number}}}");
        if (number.Length > 18 || long.Parse(number, System.Globalization.CultureInfo.InvariantCulture) is var value && value > MaxExpiration)
            throw Invalid(text, $"{{value_too_large,{number}}}");
        return value;
    }

    private static BrokerException Invalid(ReadOnlySpan<byte> text, string reason)
    {
        string prefix = $"invalid expiration '{OctetText.Decode(text)}': ";
        if (prefix.Length + reason.Length > LineLength && reason.IndexOf(',', StringComparison.Ordinal) is var comma and > 0)
            reason = $"{reason[..(comma + 1)]}\n{new string(' ', prefix.Length + 1)}{reason[(comma + 1)..]}";
        return new BrokerException(BrokerError.Precondition, prefix + reason);
    }
}
