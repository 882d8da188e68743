using System.Text;
using System.Text.Unicode;

namespace Amqp.Protocol;

/// <summary>Octets as text and back, none lost: for names and keys that should be UTF-8 and, as in RabbitMQ, need not be.</summary>
/// <remarks>
/// An octet that is no part of UTF-8 becomes the lone surrogate U+DC00 plus its value, which no UTF-8 decodes to. So different octets are
/// different strings, and encoding gives back what <see cref="Decode"/> was given. Elsewhere such a character shows as U+FFFD.
/// </remarks>
public static class OctetText
{
    private const char FirstEscape = '\uDC80';
    private const char LastEscape = '\uDCFF';
    private const int Escape = 0xDC00;

    /// <summary>The octets as text.</summary>
    public static string Decode(ReadOnlySpan<byte> octets) => Utf8.IsValid(octets) ? Encoding.UTF8.GetString(octets) : DecodeEscaping(octets);

    /// <summary>How many octets a text stands for.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        if (!MayHaveEscapes(text))
            return Encoding.UTF8.GetByteCount(text);
        int count = 0;
        while (!text.IsEmpty)
            count += IsEscaped(ref text, out _, out var rune) ? 1 : rune.Utf8SequenceLength;
        return count;
    }

    /// <summary>Writes the octets that a text stands for.</summary>
    /// <param name="text">The text.</param>
    /// <param name="octets">Has room for as many as <see cref="Count"/> says.</param>
    /// <returns>How many were written.</returns>
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

    /// <summary>The octets that a text stands for.</summary>
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

    /// <summary>The second half of a pair looks like an escape, so this alone does not say that there is one.</summary>
    private static bool MayHaveEscapes(ReadOnlySpan<char> text) => text.ContainsAnyInRange(FirstEscape, LastEscape);

    /// <summary>Takes one character off the text: an escaped octet, or a rune.</summary>
    private static bool IsEscaped(ref ReadOnlySpan<char> text, out byte octet, out Rune rune)
    {
        char first = text[0];
        bool isEscaped = first is >= FirstEscape and <= LastEscape; // a second half is never met first
        octet = isEscaped ? (byte)(first - Escape) : (byte)0;
        rune = Rune.ReplacementChar;
        int length = 1;
        if (!isEscaped)
            Rune.DecodeFromUtf16(text, out rune, out length);
        text = text[length..];
        return isEscaped;
    }
}
