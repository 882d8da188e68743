namespace Amqp.Protocol;

/// <summary>A protocol error that is reported to the peer.</summary>
/// <param name="code">Reply code. The code determines whether the channel or the whole connection is closed.</param>
/// <param name="explanation">Description of the error, in RabbitMQ's words.</param>
/// <param name="cause">The method that failed; default if no method caused the error.</param>
public sealed class AmqpException(ReplyCode code, string explanation, MethodId cause = default) : Exception(explanation)
{
    public ReplyCode Code { get; } = code;

    /// <summary>The method that failed; default if no method caused the error.</summary>
    public MethodId Cause { get; } = cause;

    /// <summary>True if the error closes the whole connection; false if it closes only the channel.</summary>
    public bool ClosesConnection => Code.ClosesConnection();

    /// <summary>
    /// Reply text of channel.close or connection.close, at most 255 bytes. Example: <c>NOT_FOUND - no queue 'q' in vhost '/'</c>.
    /// </summary>
    public string ReplyText => CutToShortString($"{Code.Name()} - {Message}");

    /// <summary>Shortens a text to at most 255 bytes of UTF-8. As in RabbitMQ, a shortened text ends in three dots.</summary>
    public static string CutToShortString(string text)
    {
        if (ShortString.Fits(text))
            return text;
        const string dots = "...";
        int length = Math.Min(text.Length, ShortString.MaxLength - dots.Length);
        while (OctetText.Count(text.AsSpan(0, length)) > ShortString.MaxLength - dots.Length || char.IsHighSurrogate(text[length - 1]))
            length--;
        return text[..length] + dots;
    }
}
