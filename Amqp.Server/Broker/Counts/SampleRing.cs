namespace Amqp.Server.Broker.Counts;

/// <summary>Ring buffer of rows of numbers. Each row has a time and is valid from its time until the time of the next row.</summary>
/// <remarks>Guarded by its <see cref="SampleSeries"/>. Capacity grows as rows are added.</remarks>
/// <param name="width">Numbers in a row, without the time.</param>
/// <param name="interval">Minimum milliseconds between two rows.</param>
/// <param name="most">Maximum number of rows.</param>
internal sealed class SampleRing(int width, long interval, int most)
{
    private const int MinRows = 2;

    private readonly int _stride = width + 1; // the first number is the time
    private long[] _numbers = [];
    private int _first;
    private bool _hasLost;

    /// <summary>Number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the buffer.</summary>
    public int Bytes => _numbers.Length * sizeof(long);

    /// <summary>True if rows were evicted, so that the values before the first row are unknown.</summary>
    public bool HasLost => _hasLost && Count > 0;

    private int Capacity => _numbers.Length / _stride;

    /// <summary>Returns the numbers of a row; index 0 is the oldest.</summary>
    public ReadOnlySpan<long> Row(int index) => Slot(index)[1..];

    /// <summary>Returns the time of a row.</summary>
    public long Time(int index) => Slot(index)[0];

    /// <summary>Returns the index of the row that is valid at a time; -1 if the time is before the first row.</summary>
    public int Find(long time)
    {
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (Time(middle) <= time)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return high;
    }

    /// <summary>
    /// Adds a row if the interval has passed and the row differs from the last one. A full buffer that may not grow loses its oldest row.
    /// </summary>
    /// <returns>False if the row equals the last one. True also for a different row that came too early and was not added.</returns>
    public bool Add(long time, ReadOnlySpan<long> row, bool mayGrow)
    {
        if (Count > 0 && Row(Count - 1).SequenceEqual(row))
            return false;
        if (Count > 0 && time - Time(Count - 1) < interval)
            return true;
        if (Count == Capacity && Capacity < most && (mayGrow || Capacity < MinRows))
            Resize(Math.Clamp(2 * Capacity, MinRows, most));
        if (Count == Capacity)
        {
            _first = (_first + 1) % Capacity;
            Count--;
            _hasLost = true;
        }
        var slot = Slot(Count++);
        slot[0] = time;
        row.CopyTo(slot[1..]);
        return true;
    }

    /// <summary>Shrinks the buffer to the last two rows.</summary>
    public void Trim()
    {
        if (Capacity <= MinRows)
            return;
        int dropped = Math.Max(Count - MinRows, 0);
        _hasLost |= dropped > 0;
        (_first, Count) = ((_first + dropped) % Capacity, Count - dropped);
        Resize(MinRows);
    }

    private Span<long> Slot(int index) => _numbers.AsSpan((_first + index) % Capacity * _stride, _stride);

    private void Resize(int rows)
    {
        long[] numbers = new long[rows * _stride];
        for (int i = 0; i < Count; i++)
            Slot(i).CopyTo(numbers.AsSpan(i * _stride));
        (_numbers, _first) = (numbers, 0);
    }
}
