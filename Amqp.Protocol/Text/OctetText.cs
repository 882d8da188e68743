using System.Text;
using System.Text.Unicode;

namespace Amqp.Protocol;

/// <summary>
/// Converts octets to text and back without loss, for names and keys. As in RabbitMQ, these octets should be UTF-8 but need not be.
/// </summary>
/// <remarks>
/// An octet that is not part of valid UTF-8 becomes the lone surrogate U+DC00 plus its value. No valid UTF-8 decodes to
/// such a surrogate. So different octets give different strings, and encoding restores the input of
/// <see cref="Decode"/>. Other programs show such a character as U+FFFD.
/// </remarks>
public static class OctetText
{
    private const char FirstEscape = '\uDC80';
    private const char LastEscape = '\uDCFF';
    private const int Escape = 0xDC00;

    /// <summary>Decodes octets.</summary>
    public static string Decode(ReadOnlySpan<byte> octets) =>
        Utf8.IsValid(octets) ? Encoding.UTF8.GetString(octets) : DecodeEscaping(octets);

    /// <summary>Returns the number of octets that a text encodes to.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        if (!MayHaveEscapes(text))
            return Encoding.UTF8.GetByteCount(text);
        int count = 0;
        while (!text.IsEmpty)
            count += IsEscaped(ref text, out _, out var rune) ? 1 : rune.Utf8SequenceLength;
        return count;
    }

    /// <summary>Encodes a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="octets">Buffer of at least <see cref="Count"/> octets.</param>
    /// <returns>Number of octets written.</returns>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> octets)
    {
        if (!MayHaveEscapes(text))
            return Encoding.UTF8.GetBytes(text, octets);
        int written = 0;
        while (!text.IsEmpty)
        {
            if (IsEscaped(ref text, out byte octet, out var rune))
                octets[written++] = octet;
            else
                written += rune.EncodeToUtf8(octets[written..]);
        }
        return written;
    }

    /// <summary>Encodes a text.</summary>
    public static byte[] Encode(string text)
    {
        byte[] octets = new byte[Count(text)];
        Encode(text, octets);
        return octets;
    }

    private static string DecodeEscaping(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder(octets.Length);
        Span<char> characters = stackalloc char[2];
        while (!octets.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(octets, out var rune, out int length) == System.Buffers.OperationStatus.Done)
            {
                text.Append(characters[..rune.EncodeToUtf16(characters)]);
            }
            else
            {
                foreach (byte octet in octets[..length])
                    text.Append((char)(Escape + octet));
            }
            octets = octets[length..];
        }
        return text.ToString();
    }

    /// <summary>
    /// Returns true if the text may have escaped octets. The second half of a surrogate pair can look like an escaped octet.
    /// </summary>
    private static bool MayHaveEscapes(ReadOnlySpan<char> text) => text.ContainsAnyInRange(FirstEscape, LastEscape);

    /// <summary>Removes the first rune or escaped octet of the text. Returns true if it was an escaped octet.</summary>
    private static bool IsEscaped(ref ReadOnlySpan<char> text, out byte octet, out Rune rune)
    {
        char first = text[0];
        bool isEscaped = first is >= FirstEscape and <= LastEscape; // the second half of a pair is never the first character here
        octet = isEscaped ? (byte)(first - Escape) : (byte)0;
        rune = Rune.ReplacementChar;
        int length = 1;
        if (!isEscaped)
            Rune.DecodeFromUtf16(text, out rune, out length);
        text = text[length..];
        return isEscaped;
    }
}
