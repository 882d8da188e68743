using System.Globalization;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Messages;

/// <summary>Reads the expiration of messages, and computes when a stored message expires.</summary>
/// <remarks>
/// All times are in milliseconds since 1970-01-01 UTC. The time of expiry is not stored, because it depends on the queue's TTL, which
/// policies can change.
/// </remarks>
internal static class Expiry
{
    /// <summary>Value for a message whose publisher gave no expiration.</summary>
    public const long None = -1;

    private const long MaxExpiration = 315_360_000_000; // ten years, the longest timer of RabbitMQ
    private const int LineLength = 80; // maximum length of a line in RabbitMQ's error text

    /// <summary>Reads the expiration that the publisher gave.</summary>
    /// <returns>Milliseconds, or <see cref="None"/> if there is no expiration.</returns>
    /// <exception cref="BrokerException">406: the expiration is negative, longer than ten years, or not a number.</exception>
    public static long Of(in EncodedProperties properties) =>
        (properties.Flags & PropertyFlags.Expiration) == 0 ? None : Parse(properties.Expiration);

    /// <summary>Returns the time at which a stored message expires; null if the message cannot expire.</summary>
    /// <param name="payload">The whole message, as stored.</param>
    /// <param name="queueTtl">TTL of the queue in milliseconds; null if there is none.</param>
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

/// <summary>The time of publishing and the expiration of a message. Stored with each message that can expire.</summary>
/// <param name="Published">Time of publishing, in milliseconds since 1970-01-01 UTC.</param>
/// <param name="Expiration">Expiration from the publisher in milliseconds, or <see cref="Expiry.None"/>.</param>
internal readonly record struct MessageStamp(long Published, long Expiration)
{
    /// <summary>The stamp of a message that cannot expire. Such a message needs a stamp only for its hidden keys.</summary>
    public static MessageStamp None { get; } = new(-1, Expiry.None);

    /// <summary>
    /// Returns the time at which the message expires. The shorter of its expiration and the queue's TTL counts. Null if neither is set.
    /// </summary>
    /// <param name="queueTtl">TTL of the queue in milliseconds; null if there is none.</param>
    public long? DueTime(long? queueTtl)
    {
        long time = Math.Min(queueTtl ?? Deadline.Never, Expiration == Expiry.None ? Deadline.Never : Expiration);
        return time == Deadline.Never ? null : Deadline.After(Published, time);
    }
}
