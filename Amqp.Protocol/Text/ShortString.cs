namespace Amqp.Protocol;

/// <summary>The rules of AMQP's short strings (spec 4.2.5.3): a length octet, then so many octets, which should be UTF-8.</summary>
public static class ShortString
{
    /// <summary>Most bytes that a short string holds.</summary>
    public const int MaxLength = 255;

    /// <summary>Whether a text fits.</summary>
    public static bool Fits(string text) => text.Length <= MaxLength && OctetText.Count(text) <= MaxLength;
}
