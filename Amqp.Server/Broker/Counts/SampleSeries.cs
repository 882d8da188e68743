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

    private static readonly long[] _intervals = [0, Minute, 2 * Minute, 5 * Minute];

    private readonly Lock _lock = new();
    private readonly SampleRing[] _rings;
    private readonly bool _isBaseline;
    private readonly long _interval;

    /// <param name="width">Count of the numbers in each sample.</param>
    /// <param name="retention"><see cref="Basic"/> or <see cref="Global"/>.</param>
    /// <param name="interval">Milliseconds between two samples.</param>
    /// <param name="isBaseline">True if the first sample includes events from before the series began, and so gives no rate.</param>
    public SampleSeries(int width, int[] retention, long interval, bool isBaseline)
    {
        (_isBaseline, _interval) = (isBaseline, interval);
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
        double rate = 0;
        Rates(new ReadOnlySpan<int>(in column), last, before, new Span<double>(ref rate));
        return rate;
    }

    /// <summary>Returns the growth per second of several numbers between the last two samples.</summary>
    /// <param name="columns">Indexes of the numbers in a row.</param>
    /// <param name="last">Time of the sampler's last run.</param>
    /// <param name="before">Time of the sampler's previous run; 0 if there was none.</param>
    /// <param name="rates">Receives the growths, in the order of the columns.</param>
    public void Rates(ReadOnlySpan<int> columns, long last, long before, Span<double> rates)
    {
        lock (_lock)
        {
            var ring = _rings[0];
            if (ring.Count == 0 || before == 0 || ring.Time(ring.Count - 1) != last || (ring.Count == 1 && _isBaseline))
            {
                rates.Clear();
                return;
            }
            var now = ring.Row(ring.Count - 1);
            var earlier = ring.Count > 1 ? ring.Row(ring.Count - 2) : default;
            for (int i = 0; i < columns.Length; i++)
                rates[i] = (now[columns[i]] - (earlier.IsEmpty ? 0 : earlier[columns[i]])) * 1000.0 / (last - before);
        }
    }

    /// <summary>Returns the growth per second of one number since a time, or since the first sample if that is later.</summary>
    /// <param name="column">Index of the number in a row.</param>
    /// <param name="since">The time, in milliseconds since 1970-01-01 UTC. It is not older than the most frequent samples.</param>
    /// <param name="last">Time of the sampler's last run.</param>
    public double Growth(int column, long since, long last)
    {
        lock (_lock)
        {
            var ring = _rings[0];
            if (ring.Count == 0 || ring.Time(ring.Count - 1) <= since)
                return 0;
            var (from, before) = (since, 0L);
            if (ring.Find(since) is var index and >= 0)
                before = ring.Row(index)[column];
            else if (ring.HasLost || _isBaseline)
                (from, before) = (ring.Time(0), ring.Row(0)[column]);
            else
                from = Math.Max(since, ring.Time(0) - _interval);
            return last <= from ? 0 : (ring.Row(ring.Count - 1)[column] - before) * 1000.0 / (last - from);
        }
    }

    /// <summary>
    /// Returns the time when a number that never falls became greater than a value: between two samples, it is assumed to grow evenly. If
    /// samples of that time were discarded, returns the time of the oldest sample that is left. Null if there are no samples.
    /// </summary>
    /// <param name="column">Index of the number in a row.</param>
    /// <param name="value">The value. It is less than <paramref name="current"/>.</param>
    /// <param name="current">The number at this moment.</param>
    /// <param name="now">This moment, in milliseconds since 1970-01-01 UTC.</param>
    /// <param name="last">Time of the sampler's last run.</param>
    public long? Passed(int column, long value, long current, long now, long last)
    {
        lock (_lock)
        {
            long? oldest = null;
            for (int i = 0; i < _rings.Length && _rings[i].Count > 0; i++)
            {
                var ring = _rings[i];
                int next = ring.FindGreater(column, value);
                var after = next < ring.Count ? (At: ring.Time(next), Value: ring.Row(next)[column]) : (At: now, Value: current);
                // The number grew within the last step before the sample: if it had changed earlier, there would be an earlier sample.
                long from = next < ring.Count ? after.At - Math.Max(_interval, _intervals[i]) : last;
                if (next > 0)
                    return Between(Math.Max(from, ring.Time(next - 1)), ring.Row(next - 1)[column], after.At, after.Value, value);
                oldest = after.At;
                if (!ring.HasLost)
                    return _isBaseline ? oldest : Between(from, 0, after.At, after.Value, value);
            }
            return oldest;
        }
    }

    /// <summary>Returns the value of one number at the given time; null if no sample is so old.</summary>
    public long? Known(long time, int column)
    {
        lock (_lock)
            return _rings[0].Find(time) is var index and >= 0 ? _rings[0].Row(index)[column] : null;
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

    /// <summary>Returns the time at which a number that grows evenly between two times reaches a value.</summary>
    private static long Between(long from, long before, long until, long after, long value) =>
        until <= from || after <= before ? until : from + (long)((double)(value - before) / (after - before) * (until - from));
}
