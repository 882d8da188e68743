namespace Amqp.Protocol;

/// <summary>Length limit of a short string. A short string is a length octet, followed by that many octets (spec 4.2.5.3).</summary>
public static class ShortString
{
    /// <summary>Maximum number of bytes in a short string, not counting the length octet.</summary>
    public const int MaxLength = 255;

    public static bool Fits(string text) => text.Length <= MaxLength && OctetText.Count(text) <= MaxLength;
}
