using System.Diagnostics;

namespace Amqp.Server.Bench;

/// <summary>Rates of a count, per second.</summary>
/// <param name="Mean">Mean from the start of the measurement to the last item.</param>
/// <param name="Steady">Mean rate of all whole seconds except the first, or of all whole seconds if there are fewer than three.</param>
/// <param name="Min">Rate of the slowest of these seconds.</param>
/// <param name="Max">Rate of the fastest of these seconds.</param>
internal sealed record RateSummary(double Mean, double Steady, double Min, double Max)
{
    /// <summary>Computes the rates from counts taken once a second.</summary>
    /// <param name="counts">
    /// Timestamps of <see cref="Stopwatch"/> with the counts at that time; the first is the start of the measurement.
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
        // The first second contains the start, when the broker may not be warm.
        IReadOnlyList<double> steady = seconds.Count >= 3 ? seconds[1..] : seconds.Count > 0 ? seconds : [mean];
        return new RateSummary(mean, steady.Average(), steady.Min(), steady.Max());
    }

    private static double Rate((long At, long Count) from, (long At, long Count) to) =>
        to.At <= from.At ? 0 : (to.Count - from.Count) / Stopwatch.GetElapsedTime(from.At, to.At).TotalSeconds;
}
