namespace Amqp.Protocol;

/// <summary>A protocol error that the peer must be told about. Thrown anywhere, answered in one place.</summary>
/// <param name="code">Decides how far it reaches: a soft error closes the channel, a hard one the connection.</param>
/// <param name="explanation">What went wrong, in RabbitMQ's words.</param>
/// <param name="cause">The method that failed; default when it was none.</param>
public sealed class AmqpException(ReplyCode code, string explanation, MethodId cause = default) : Exception(explanation)
{
    /// <summary>The code that the close carries.</summary>
    public ReplyCode Code { get; } = code;

    /// <summary>The method that failed; default when it was none.</summary>
    public MethodId Cause { get; } = cause;

    /// <summary>Whether the connection goes down, not only the channel.</summary>
    public bool ClosesConnection => Code.ClosesConnection();

    /// <summary>RabbitMQ's form, <c>NOT_FOUND - no queue 'q' in vhost '/'</c>, cut to what a short string holds.</summary>
    public string ReplyText => CutToShortString($"{Code.Name()} - {Message}");

    /// <summary>A text that takes more than a short string's 255 bytes of UTF-8 keeps its start and ends in dots, as in RabbitMQ.</summary>
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
