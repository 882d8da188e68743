namespace Amqp.Server.Broker.Counts;

/// <summary>Ring buffer of rows. A row has a time, and numbers that are valid until the time of the next row.</summary>
/// <remarks>The lock of the <see cref="SampleSeries"/> guards all access.</remarks>
/// <param name="width">Count of the numbers in each row, without the time.</param>
/// <param name="interval">Minimum milliseconds between two rows.</param>
/// <param name="most">Maximum number of rows.</param>
internal sealed class SampleRing(int width, long interval, int most)
{
    private const int MinRows = 2;

    private readonly int _stride = width + 1; // the time is stored before the numbers of a row
    private long[] _numbers = [];
    private int _first;
    private bool _hasLost;

    /// <summary>Number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that the buffer occupies.</summary>
    public int Bytes => _numbers.Length * sizeof(long);

    /// <summary>True if old rows were discarded. The values before the first row are then unknown.</summary>
    public bool HasLost => _hasLost && Count > 0;

    private int Capacity => _numbers.Length / _stride;

    /// <summary>Returns the numbers of a row; index 0 is the oldest.</summary>
    public ReadOnlySpan<long> Row(int index) => Slot(index)[1..];

    /// <summary>Returns the time of a row.</summary>
    public long Time(int index) => Slot(index)[0];

    /// <summary>Returns the index of the row that is valid at this time; -1 if the time is before the first row.</summary>
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
    /// Returns the index of the first row in which a number that never falls is greater than a value. If there is none, returns the number
    /// of rows.
    /// </summary>
    public int FindGreater(int column, long value)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (Row(middle)[column] > value)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    /// <summary>Adds a row. Ignores a row that equals the last row, or that comes too early. A full buffer loses its oldest row.</summary>
    /// <returns>True if the row differs from the last row, even if the row came too early.</returns>
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

    /// <summary>Discards all rows but the last two, and shrinks the buffer.</summary>
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
