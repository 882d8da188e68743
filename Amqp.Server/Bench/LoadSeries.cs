using System.Diagnostics;

namespace Amqp.Server.Bench;

/// <summary>Counts of a load at one moment.</summary>
/// <param name="At">Time of the sample, as a timestamp of <see cref="Stopwatch"/>.</param>
/// <param name="Published">Number of messages sent.</param>
/// <param name="Confirmed">Number of messages confirmed.</param>
/// <param name="Consumed">Number of messages received.</param>
internal readonly record struct LoadSample(long At, long Published, long Confirmed, long Consumed);

/// <summary>Samples of a load's counts. Used by one thread only.</summary>
internal sealed class LoadSeries
{
    private readonly List<LoadSample> _samples = [];

    /// <summary>All samples, oldest first.</summary>
    public IReadOnlyList<LoadSample> Samples => _samples;

    public void Add(LoadSample sample) => _samples.Add(sample);

    /// <summary>Returns one sample for each second, beginning with <paramref name="from"/>: its timestamp and its count.</summary>
    public IReadOnlyList<(long At, long Count)> EverySecond(LoadSample from, Func<LoadSample, long> count)
    {
        var found = new List<(long At, long Count)> { (from.At, count(from)) };
        foreach (LoadSample sample in _samples)
            if (sample.At >= from.At + found.Count * Stopwatch.Frequency)
                found.Add((sample.At, count(sample)));
        return found;
    }

    /// <summary>Returns the timestamp at which a count reached a value, interpolated between two samples.</summary>
    /// <returns>Null if the count stayed below the value.</returns>
    public double? Reached(long number, Func<LoadSample, long> count)
    {
        for (int i = 1; i < _samples.Count; i++)
        {
            long before = count(_samples[i - 1]);
            long after = count(_samples[i]);
            if (after >= number && after > before)
                return _samples[i - 1].At + (double)Math.Max(0, number - before) / (after - before) * (_samples[i].At - _samples[i - 1].At);
        }
        return null;
    }
}
