using System.Diagnostics;

namespace Amqp.Server.Bench;

/// <summary>Rates of something that was counted, per second.</summary>
/// <param name="Mean">From the start of measuring to its last.</param>
/// <param name="Steady">Mean of the seconds between the first and the last; of all when they are too few for that.</param>
/// <param name="Min">Of the slowest of these seconds.</param>
/// <param name="Max">Of the fastest of these seconds.</param>
internal sealed record RateSummary(double Mean, double Steady, double Min, double Max)
{
    /// <summary>From counts taken once a second.</summary>
    /// <param name="counts">When, as a timestamp of <see cref="Stopwatch"/>, and how many by then; the first one at the start of measuring.</param>
    /// <param name="end">How many in all.</param>
    /// <param name="endedAt">When the last of them was done.</param>
    public static RateSummary Of(IReadOnlyList<(long At, long Count)> counts, long end, long endedAt)
    {
        if (counts.Count == 0)
            return new RateSummary(0, 0, 0, 0);
        double mean = Rate(counts[0], (endedAt, end));
        var seconds = new List<double>();
        for (int i = 1; i < counts.Count && counts[i].At <= endedAt; i++)
            seconds.Add(Rate(counts[i - 1], counts[i]));
        // The first second holds the start, and may be short of warmth.
        IReadOnlyList<double> steady = seconds.Count >= 3 ? seconds[1..] : seconds.Count > 0 ? seconds : [mean];
        return new RateSummary(mean, steady.Average(), steady.Min(), steady.Max());
    }

    private static double Rate((long At, long Count) from, (long At, long Count) to) =>
        to.At <= from.At ? 0 : (to.Count - from.Count) / Stopwatch.GetElapsedTime(from.At, to.At).TotalSeconds;
}
