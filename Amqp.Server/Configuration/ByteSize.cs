using System.Globalization;

namespace Amqp.Server.Configuration;

/// <summary>RabbitMQ's information units: k, m, g and kiB, MiB, GiB are powers of 1,024; kB, MB, GB are powers of 1,000; in any case.</summary>
internal static class ByteSize
{
    /// <summary>Reads a number of bytes with or without a unit.</summary>
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

    private static long? Factor(string unit) => unit.ToUpperInvariant() switch
    {
        "" => 1,
        "K" or "KIB" => 1L << 10,
        "M" or "MIB" => 1L << 20,
        "G" or "GIB" => 1L << 30,
        "T" or "TIB" => 1L << 40,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        _ => null,
    };

    private static bool Multiply(long count, long factor, out long product)
    {
        product = count <= long.MaxValue / factor ? count * factor : 0;
        return count <= long.MaxValue / factor;
    }
}
