using System.Numerics;

namespace Amqp.Server.Bench;

/// <summary>
/// Counts durations in buckets with an error below 1 %. One thread writes; other threads may read slightly outdated counts.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int PrecisionBits = 7;
    private const int PerOctave = 1 << PrecisionBits;
    private const int Octaves = 48 - PrecisionBits; // enough for durations up to 2^48 ns, about three days
    private const long Longest = (1L << 48) - 1;

    // Each duration below 2 * PerOctave has its own bucket. The index of this bucket is the duration.
    private readonly long[] _counts = new long[(Octaves + 1) * PerOctave];

    /// <summary>Number of recorded durations.</summary>
    public long Count { get; private set; }

    /// <summary>Longest recorded duration in nanoseconds: the exact value, not the limit of a bucket.</summary>
    public long Max { get; private set; }

    /// <summary>Records a duration. A negative duration counts as 0.</summary>
    public void Record(long nanoseconds)
    {
        nanoseconds = Math.Clamp(nanoseconds, 0, Longest);
        _counts[IndexOf(nanoseconds)]++;
        Count++;
        if (nanoseconds > Max)
            Max = nanoseconds;
    }

    /// <summary>Adds the counts of another histogram.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>Returns a percentile of the recorded durations, in nanoseconds.</summary>
    /// <param name="percent">From 0 to 100.</param>
    /// <returns>The upper end of the bucket; 0 if nothing was recorded.</returns>
    public long Percentile(double percent)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(Count * percent / 100));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
                return Math.Min(HighestOf(i), Max);
        }
        return Max;
    }

    private static int IndexOf(long value)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)value) - PrecisionBits);
        return (shift << PrecisionBits) + (int)(value >> shift);
    }

    private static long HighestOf(int index)
    {
        if (index < 2 * PerOctave)
            return index;
        int shift = (index >> PrecisionBits) - 1;
        return ((long)(index - (shift << PrecisionBits) + 1) << shift) - 1;
    }
}
