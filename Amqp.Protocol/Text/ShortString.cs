namespace Amqp.Protocol;

/// <summary>
/// Limit of AMQP's short strings (spec 4.2.5.3). A short string is a length octet, then that many octets, which should be UTF-8.
/// </summary>
public static class ShortString
{
    /// <summary>Maximum number of bytes in a short string.</summary>
    public const int MaxLength = 255;

    /// <summary>Returns true if a text fits into a short string.</summary>
    public static bool Fits(string text) => text.Length <= MaxLength && OctetText.Count(text) <= MaxLength;
}
