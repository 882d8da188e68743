namespace Amqp.Server.Broker.Counts;

/// <summary>What the counts of one object were at times gone by: every few seconds of the last minutes, and fewer the longer ago it is.</summary>
/// <remarks>The sampler adds, anyone may ask; under a lock of its own. An object whose counts stay as they are takes no more room.</remarks>
internal sealed class SampleSeries
{
    private const long Minute = 60_000;

    /// <summary>Seconds for which RabbitMQ keeps samples, by what they are of (<c>sample_retention_policies</c>).</summary>
    public static readonly int[] Basic = [600, 3600], Global = [600, 3600, 28_800, 86_400];

    private static readonly long[] _intervals = [0, Minute, 10 * Minute, 30 * Minute];

    private readonly Lock _lock = new();
    private readonly SampleRing[] _rings;
    private readonly bool _isBaseline;

    /// <param name="width">Numbers in a row.</param>
    /// <param name="retention"><see cref="Basic"/> or <see cref="Global"/>.</param>
    /// <param name="interval">Milliseconds between two samples.</param>
    /// <param name="isBaseline">The first row has come about before the sampler began to look, so it says nothing of a rate.</param>
    public SampleSeries(int width, int[] retention, long interval, bool isBaseline)
    {
        _isBaseline = isBaseline;
        _rings = new SampleRing[retention.Length];
        for (int i = 0; i < retention.Length; i++)
        {
            long step = Math.Max(_intervals[i], interval);
            // A timer is not to the millisecond.
            _rings[i] = new SampleRing(width, _intervals[i] == 0 ? 0 : step - interval / 2, (int)Math.Clamp(retention[i] * 1000L / step + 1, 2, 1_000));
        }
    }

    /// <summary>When the counts were last found changed, in milliseconds since 1970-01-01 UTC; 0: never.</summary>
    public long ChangedAt { get; private set; }

    /// <summary>Adds a sample.</summary>
    /// <returns>Bytes that the series takes.</returns>
    public int Add(long time, ReadOnlySpan<long> row, bool mayGrow)
    {
        lock (_lock)
        {
            if (_rings[0].Add(time, row, mayGrow))
                ChangedAt = time;
            else if (time - ChangedAt > Basic[0] * 1000L)
                _rings[0].Trim();
            int bytes = _rings[0].Bytes;
            for (int i = 1; i < _rings.Length && _rings[0].Count > 1; i++)
            {
                _rings[i].Add(time, row, mayGrow);
                bytes += _rings[i].Bytes;
            }
            return bytes;
        }
    }

    /// <summary>By how much a number grew from the last sample but one to the last, a second.</summary>
    /// <param name="column">Which number of the row.</param>
    /// <param name="last">When the sampler sampled last.</param>
    /// <param name="before">When it did the time before; 0: not yet.</param>
    public double Rate(int column, long last, long before)
    {
        lock (_lock)
        {
            var ring = _rings[0];
            if (ring.Count == 0 || before == 0 || ring.Time(ring.Count - 1) != last || (ring.Count == 1 && _isBaseline))
                return 0;
            long earlier = ring.Count > 1 ? ring.Row(ring.Count - 2)[column] : 0;
            return (ring.Row(ring.Count - 1)[column] - earlier) * 1000.0 / (last - before);
        }
    }

    /// <summary>What a number was at a time, as far as that is known.</summary>
    public long At(long time, int column)
    {
        lock (_lock)
        {
            SampleRing? oldest = null;
            foreach (var ring in _rings)
            {
                if (ring.Find(time) is var index and >= 0)
                    return ring.Row(index)[column];
                if (ring.Count > 0)
                    oldest = ring;
            }
            return oldest is { HasLost: true } ? oldest.Row(0)[column] : 0;
        }
    }
}
