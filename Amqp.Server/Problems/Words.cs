using System.Globalization;

namespace Amqp.Server.Problems;

/// <summary>Numbers in the words of the texts about problems.</summary>
internal static class Words
{
    private const long Second = 1_000, Minute = 60 * Second, Hour = 60 * Minute, Day = 24 * Hour;

    private static readonly string[] _units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Returns a number with separators, such as <c>12,301</c>.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Returns a number and its noun, such as <c>1 message</c> or <c>12,301 messages</c>.</summary>
    public static string Count(long number, string noun) => number == 1 ? $"1 {noun}" : $"{Number(number)} {noun}s";

    /// <summary>Returns a rate, such as <c>320 messages/s</c> or <c>0.4 messages/s</c>.</summary>
    public static string Rate(double messages) =>
        $"{messages.ToString(messages < 10 ? "0.#" : "N0", CultureInfo.InvariantCulture)} messages/s";

    /// <summary>Returns a number of bytes with a unit, such as <c>1.5 GiB</c>.</summary>
    public static string Bytes(long bytes)
    {
        double value = bytes;
        int unit = 0;
        for (; value >= 1_024 && unit < _units.Length - 1; unit++)
            value /= 1_024;
        return $"{value.ToString(unit == 0 || value >= 100 ? "0" : "0.#", CultureInfo.InvariantCulture)} {_units[unit]}";
    }

    /// <summary>Returns a duration in one or two units, such as <c>45 s</c>, <c>14 min</c>, <c>2 h 10 min</c> or <c>3 days</c>.</summary>
    public static string Time(double milliseconds) => (long)Math.Min(milliseconds, long.MaxValue / 2) switch
    {
        < 2 * Minute and var time => $"{time / Second} s",
        < 2 * Hour and var time => $"{time / Minute} min",
        < 2 * Day and var time when time % Hour / Minute > 0 => $"{time / Hour} h {time % Hour / Minute} min",
        < 2 * Day and var time => $"{time / Hour} h",
        var time => $"{Number(time / Day)} days",
    };

    /// <summary>Returns the last part of a sentence with exactly one full stop.</summary>
    public static string End(string text) => $"{text.TrimEnd('.', ' ', '\n')}.";

    /// <summary>Returns a part of a whole as a percentage, such as <c>61 %</c>.</summary>
    public static string Share(double part, double whole) =>
        $"{(whole <= 0 ? 100 : 100 * part / whole).ToString("0", CultureInfo.InvariantCulture)} %";
}
