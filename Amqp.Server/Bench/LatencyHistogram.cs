using System.Numerics;

namespace Amqp.Server.Bench;

/// <summary>
/// Counts durations in buckets whose width grows with the duration: 128 to each power of two, so that a value is known to better than 1 %.
/// Written by one thread; others may read meanwhile and then see counts that are a little old.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int PrecisionBits = 7;
    private const int PerOctave = 1 << PrecisionBits;
    private const int Octaves = 48 - PrecisionBits; // up to 2^48 ns, three days
    private const long Longest = (1L << 48) - 1;

    // The first two octaves have buckets of 1: value and index are the same below 2 * PerOctave.
    private readonly long[] _counts = new long[(Octaves + 1) * PerOctave];

    /// <summary>How many were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The longest, exactly.</summary>
    public long Max { get; private set; }

    /// <summary>Counts a duration.</summary>
    /// <param name="nanoseconds">A negative one counts as 0.</param>
    public void Record(long nanoseconds)
    {
        nanoseconds = Math.Clamp(nanoseconds, 0, Longest);
        _counts[IndexOf(nanoseconds)]++;
        Count++;
        if (nanoseconds > Max)
            Max = nanoseconds;
    }

    /// <summary>Adds what another has counted.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The duration that so many per cent of those recorded do not exceed.</summary>
    /// <param name="percent">From 0 to 100.</param>
    /// <returns>Nanoseconds, the upper end of its bucket; 0 when nothing was recorded.</returns>
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
