namespace Amqp.Server.Broker.Counts;

/// <summary>
/// Past counts of one object. The samples of the last ten minutes are frequent, and older samples are rarer. Thread-safe.
/// </summary>
/// <remarks>No sample is stored if the counts have not changed since the last sample.</remarks>
internal sealed class SampleSeries
{
    private const long Minute = 60_000;

    /// <summary>
    /// Retention times of samples in seconds, as in RabbitMQ's <c>sample_retention_policies</c>. The most frequent samples come first.
    /// </summary>
    /// <remarks>Basic is for single objects, Global for the broker and its virtual hosts.</remarks>
    public static readonly int[] Basic = [600, 3600], Global = [600, 3600, 28_800, 86_400];

    private static readonly long[] _intervals = [0, Minute, 10 * Minute, 30 * Minute];

    private readonly Lock _lock = new();
    private readonly SampleRing[] _rings;
    private readonly bool _isBaseline;

    /// <param name="width">Count of the numbers in each sample.</param>
    /// <param name="retention"><see cref="Basic"/> or <see cref="Global"/>.</param>
    /// <param name="interval">Milliseconds between two samples.</param>
    /// <param name="isBaseline">True if the first sample includes events from before the series began, and so gives no rate.</param>
    public SampleSeries(int width, int[] retention, long interval, bool isBaseline)
    {
        _isBaseline = isBaseline;
        _rings = new SampleRing[retention.Length];
        for (int i = 0; i < retention.Length; i++)
        {
            long step = Math.Max(_intervals[i], interval);
            // Rows may come up to half an interval early, because a timer is not exact to the millisecond.
            _rings[i] = new SampleRing(
                width, _intervals[i] == 0 ? 0 : step - interval / 2, (int)Math.Clamp(retention[i] * 1000L / step + 1, 2, 1_000));
        }
    }

    /// <summary>Time of the last change of the counts, in milliseconds since 1970-01-01 UTC; 0 if the counts have not changed.</summary>
    public long ChangedAt { get; private set; }

    /// <summary>Adds a sample.</summary>
    /// <returns>Bytes that the series occupies.</returns>
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

    /// <summary>Returns the growth per second of one number between the last two samples.</summary>
    /// <param name="column">Index of the number in a row.</param>
    /// <param name="last">Time of the sampler's last run.</param>
    /// <param name="before">Time of the sampler's previous run; 0 if there was none.</param>
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

    /// <summary>
    /// Returns the value of one number at the given time. For a time before the first row, returns 0 or, if rows were lost, the oldest
    /// known value.
    /// </summary>
    public long At(long time, int column)
    {
        lock (_lock)
            return Find(time, column);
    }

    /// <summary>Returns the values of one number at several times.</summary>
    /// <inheritdoc cref="At(long, int)"/>
    public void At(ReadOnlySpan<long> times, int column, Span<long> values)
    {
        lock (_lock)
            for (int i = 0; i < times.Length; i++)
                values[i] = Find(times[i], column);
    }

    private long Find(long time, int column)
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
