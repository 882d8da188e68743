using System.Globalization;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Messages;

/// <summary>Expiry of messages: reads a message's expiration property, and computes when a stored message expires.</summary>
/// <remarks>
/// A message that can expire is stored with a <see cref="MessageStamp"/>. The time of expiry is not stored. It is computed from the stamp
/// and the current TTL of the queue, so that a change of policy applies to stored messages. All times are milliseconds since 1970-01-01
/// UTC.
/// </remarks>
internal static class Expiry
{
    /// <summary>Expiration of a message whose publisher gave none.</summary>
    public const long None = -1;

    private const long MaxExpiration = 315_360_000_000; // RabbitMQ's longest timer: ten years
    private const int LineLength = 80; // RabbitMQ's error text contains a term that Erlang breaks at this length

    /// <summary>Reads the expiration that the publisher gave.</summary>
    /// <returns>Milliseconds, or <see cref="None"/>.</returns>
    /// <exception cref="BrokerException">406: the expiration is negative, longer than ten years, or not a number.</exception>
    public static long Of(in EncodedProperties properties) =>
        (properties.Flags & PropertyFlags.Expiration) == 0 ? None : Parse(properties.Expiration);

    /// <summary>Returns when a stored message expires; null: never.</summary>
    /// <param name="payload">The whole message.</param>
    /// <param name="queueTtl">TTL of the queue, in milliseconds; null: none.</param>
    public static long? DueTime(ReadOnlySpan<byte> payload, long? queueTtl) => EncodedMessage.Read(payload).Stamp?.DueTime(queueTtl);

    private static long Parse(ReadOnlySpan<byte> text)
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
        if (number.Length > 18 || long.Parse(number, CultureInfo.InvariantCulture) is var value && value > MaxExpiration)
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

/// <summary>Time of publication and expiration of a message, stored with each message that can expire.</summary>
/// <param name="Published">Time of publication, in milliseconds since 1970-01-01 UTC.</param>
/// <param name="Expiration">Milliseconds that the publisher gave, or <see cref="Expiry.None"/>.</param>
internal readonly record struct MessageStamp(long Published, long Expiration)
{
    /// <summary>Written in place of a stamp into a head that has hidden keys but needs no stamp.</summary>
    public static MessageStamp None { get; } = new(-1, Expiry.None);

    /// <summary>
    /// Returns when the message expires in a queue: after the shorter of its expiration and the queue's TTL; null: never.
    /// </summary>
    /// <param name="queueTtl">TTL of the queue, in milliseconds; null: none.</param>
    public long? DueTime(long? queueTtl)
    {
        long time = Math.Min(queueTtl ?? Deadline.Never, Expiration == Expiry.None ? Deadline.Never : Expiration);
        return time == Deadline.Never ? null : Deadline.After(Published, time);
    }
}
