using System.Text;
using System.Text.Unicode;

namespace Amqp.Protocol;

/// <summary>Converts octets to text and back without loss. Names and routing keys may contain invalid UTF-8, as in RabbitMQ.</summary>
/// <remarks>An octet that is not valid UTF-8 becomes a lone surrogate: U+DC00 plus the octet's value.</remarks>
public static class OctetText
{
    private const char FirstEscape = '\uDC80';
    private const char LastEscape = '\uDCFF';
    private const int Escape = 0xDC00;

    public static string Decode(ReadOnlySpan<byte> octets) =>
        Utf8.IsValid(octets) ? Encoding.UTF8.GetString(octets) : DecodeEscaping(octets);

    /// <summary>Returns true if the octets are valid UTF-8, so that their text contains no escape.</summary>
    public static bool IsUtf8(ReadOnlySpan<byte> octets) => Utf8.IsValid(octets);

    /// <summary>Returns the number of octets that <see cref="Encode(ReadOnlySpan{char}, Span{byte})"/> writes for a text.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        if (!MayHaveEscapes(text))
            return Encoding.UTF8.GetByteCount(text);
        int count = 0;
        while (!text.IsEmpty)
            count += IsEscaped(ref text, out _, out var rune) ? 1 : rune.Utf8SequenceLength;
        return count;
    }

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
    /// Returns true if the text may have escaped octets. Also returns true for some surrogate pairs, whose second half looks like an
    /// escaped octet.
    /// </summary>
    private static bool MayHaveEscapes(ReadOnlySpan<char> text) => text.ContainsAnyInRange(FirstEscape, LastEscape);

    /// <summary>
    /// Removes the first character or escaped octet from the text. Returns true for an escaped octet, false for a character.
    /// </summary>
    private static bool IsEscaped(ref ReadOnlySpan<char> text, out byte octet, out Rune rune)
    {
        char first = text[0];
        // The text never begins with the second half of a surrogate pair, because both halves are removed together.
        bool isEscaped = first is >= FirstEscape and <= LastEscape;
        octet = isEscaped ? (byte)(first - Escape) : (byte)0;
        rune = Rune.ReplacementChar;
        int length = 1;
        if (!isEscaped)
            Rune.DecodeFromUtf16(text, out rune, out length);
        text = text[length..];
        return isEscaped;
    }
}
