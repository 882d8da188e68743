using System.Globalization;

namespace Amqp.Server.Configuration;

/// <summary>Reads durations in the format of RabbitMQ's configuration files: numbers with units, such as <c>1d12h</c>.</summary>
internal static class DurationText
{
    private static readonly (string Unit, long Milliseconds)[] _units =
    [
        // "ms" must precede "m", which would match the start of "ms"
        ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("ms", 1), ("m", 60_000), ("s", 1_000),
    ];

    /// <summary>Reads milliseconds, or a duration such as <c>1d12h</c>. Returns false if the text is invalid, or exceeds 64 bits.</summary>
    public static bool TryParse(string text, out long milliseconds)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out milliseconds))
            return true;
        decimal sum = 0;
        ReadOnlySpan<char> rest = text;
        while (rest.Length > 0)
        {
            int digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !long.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out long count))
                return false;
            int unit = UnitAt(rest[digits..]);
            if (unit < 0)
                return false;
            sum += (decimal)count * _units[unit].Milliseconds;
            rest = rest[(digits + _units[unit].Unit.Length)..];
        }
        milliseconds = sum <= long.MaxValue ? (long)sum : 0;
        return text.Length > 0 && sum <= long.MaxValue;
    }

    private static int UnitAt(ReadOnlySpan<char> text)
    {
        for (int at = 0; at < _units.Length; at++)
        {
            if (text.StartsWith(_units[at].Unit, StringComparison.Ordinal))
                return at;
        }
        return -1;
    }
}
