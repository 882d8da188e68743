using System.Globalization;

namespace Amqp.Server.Configuration;

/// <summary>
/// Reads sizes with units up to P, in upper or lower case. <c>k</c>, <c>Ki</c> and <c>KiB</c> mean 1,024. <c>kB</c> means 1,000.
/// </summary>
/// <remarks>Differs from RabbitMQ 3.13 and later, where <c>k</c> means 1,000.</remarks>
internal static class ByteSize
{
    private const string Letters = "KMGTP";

    /// <summary>
    /// Reads a number of bytes with or without a unit. Returns false if the text is invalid, or if the number exceeds 64 bits.
    /// </summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits == 0)
            return false;

        ReadOnlySpan<char> number = digits < 0 ? text : text.AsSpan(0, digits);
        string unit = digits < 0 ? "" : text[digits..].TrimStart();
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            && Factor(unit) is { } factor
            && Multiply(count, factor, out bytes);
    }

    private static long? Factor(string unit)
    {
        if (unit.Length == 0)
            return 1;
        int power = Letters.IndexOf(char.ToUpperInvariant(unit[0]), StringComparison.Ordinal) + 1;
        return (power, unit[1..].ToUpperInvariant()) switch
        {
            (0, _) => null,
            (_, "" or "I" or "IB") => 1L << (10 * power),
            (_, "B") => (long)Math.Pow(1_000, power),
            _ => null,
        };
    }

    private static bool Multiply(long count, long factor, out long product)
    {
        product = count <= long.MaxValue / factor ? count * factor : 0;
        return count <= long.MaxValue / factor;
    }
}
