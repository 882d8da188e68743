namespace Amqp.Protocol;

/// <summary>
/// The length limit of AMQP's short strings (spec 4.2.5.3). A short string is one length octet, followed by that many octets, which should
/// be UTF-8.
/// </summary>
public static class ShortString
{
    /// <summary>Maximum number of bytes in a short string, not counting the length octet.</summary>
    public const int MaxLength = 255;

    public static bool Fits(string text) => text.Length <= MaxLength && OctetText.Count(text) <= MaxLength;
}
