namespace Amqp.Server.Broker.Counts;

/// <summary>The last so many rows of numbers, each with its time. A row stands for its time and all that follow up to the next row's.</summary>
/// <remarks>Its <see cref="SampleSeries"/> guards it. Room is made as rows come.</remarks>
/// <param name="width">Numbers in a row.</param>
/// <param name="interval">Milliseconds between two rows at the least.</param>
/// <param name="most">Rows at most.</param>
internal sealed class SampleRing(int width, long interval, int most)
{
    private const int FewestRows = 2;

    private readonly int _stride = width + 1; // the time is the first number
    private long[] _numbers = [];
    private int _first;
    private bool _hasLost;

    /// <summary>Rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes it takes.</summary>
    public int Bytes => _numbers.Length * sizeof(long);

    /// <summary>True when rows had to go, so that nobody knows what was before the first one.</summary>
    public bool HasLost => _hasLost && Count > 0;

    private int Capacity => _numbers.Length / _stride;

    /// <summary>The numbers of a row; 0 is the oldest.</summary>
    public ReadOnlySpan<long> Row(int index) => Slot(index)[1..];

    /// <summary>The time of a row.</summary>
    public long Time(int index) => Slot(index)[0];

    /// <summary>The row that stands for a time; -1 when that was before the first.</summary>
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

    /// <summary>Adds a row if it is time for one and it differs from the last.</summary>
    /// <returns>False when it does not differ.</returns>
    public bool Add(long time, ReadOnlySpan<long> row, bool mayGrow)
    {
        if (Count > 0 && Row(Count - 1).SequenceEqual(row))
            return false;
        if (Count > 0 && time - Time(Count - 1) < interval)
            return true;
        if (Count == Capacity && Capacity < most && (mayGrow || Capacity < FewestRows))
            Resize(Math.Clamp(2 * Capacity, FewestRows, most));
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

    /// <summary>Keeps the last rows only.</summary>
    public void Trim()
    {
        if (Capacity <= FewestRows)
            return;
        int dropped = Math.Max(Count - FewestRows, 0);
        _hasLost |= dropped > 0;
        (_first, Count) = ((_first + dropped) % Capacity, Count - dropped);
        Resize(FewestRows);
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
