using System.Globalization;
using System.Text;

namespace Amqp.Protocol;

/// <summary>Formats bytes as an Erlang binary. RabbitMQ's reply texts show bytes in this form.</summary>
public static class Octets
{
    private const int Shown = 16;

    /// <summary>Returns <c>all octets = &lt;&lt;"abc">></c>. For more than 16 bytes, returns <c>first 16 octets = ...</c>.</summary>
    public static string Describe(ReadOnlySpan<byte> octets) => octets.Length <= Shown
        ? $"all octets = {TextOrList(octets)}"
        : $"first {Shown} octets = {TextOrList(octets[..Shown])}";

    /// <summary>Returns the bytes as a list of numbers, like <c>&lt;&lt;0,60,0,10>></c>.</summary>
    public static string List(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder("<<");
        foreach (byte octet in octets)
            text.Append(CultureInfo.InvariantCulture, $"{octet},");
        if (!octets.IsEmpty)
            text.Length--;
        return text.Append(">>").ToString();
    }

    private static string TextOrList(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty || octets.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
            return List(octets);
        string text = Encoding.ASCII.GetString(octets)
            .Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"<<\"{text}\">>";
    }
}
