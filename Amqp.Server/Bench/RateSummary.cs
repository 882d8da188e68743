using System.Diagnostics;

namespace Amqp.Server.Bench;

/// <summary>Rates at which a count grows, per second.</summary>
/// <param name="Mean">Mean rate from the start of the measurement to the last counted item.</param>
/// <param name="Steady">Mean rate of the whole seconds. If there are at least three, the first one is left out.</param>
/// <param name="Min">Lowest rate among the seconds of <paramref name="Steady"/>.</param>
/// <param name="Max">Highest rate among the seconds of <paramref name="Steady"/>.</param>
internal sealed record RateSummary(double Mean, double Steady, double Min, double Max)
{
    /// <summary>Computes the rates from counts taken once a second.</summary>
    /// <param name="counts">
    /// Pairs of a timestamp of <see cref="Stopwatch"/> and a count. The first pair is from the start of the measurement.
    /// </param>
    /// <param name="end">Final count.</param>
    /// <param name="endedAt">Timestamp of the last counted item.</param>
    public static RateSummary Of(IReadOnlyList<(long At, long Count)> counts, long end, long endedAt)
    {
        if (counts.Count == 0)
            return new RateSummary(0, 0, 0, 0);
        double mean = Rate(counts[0], (endedAt, end));
        var seconds = new List<double>();
        for (int i = 1; i < counts.Count && counts[i].At <= endedAt; i++)
            seconds.Add(Rate(counts[i - 1], counts[i]));
        // Leaves out the first second, in which the broker may still be slow because it has just begun.
        IReadOnlyList<double> steady = seconds.Count >= 3 ? seconds[1..] : seconds.Count > 0 ? seconds : [mean];
        return new RateSummary(mean, steady.Average(), steady.Min(), steady.Max());
    }

    private static double Rate((long At, long Count) from, (long At, long Count) to) =>
        to.At <= from.At ? 0 : (to.Count - from.Count) / Stopwatch.GetElapsedTime(from.At, to.At).TotalSeconds;
}
