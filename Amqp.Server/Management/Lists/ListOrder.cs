using Amqp.Server.Management.Http;
using Amqp.Server.Snapshots;

namespace Amqp.Server.Management.Lists;

/// <summary>The order of a list: fields of its rows. Rows with equal fields are ordered by virtual host and name.</summary>
internal sealed class ListOrder
{
    private const int MaxKeys = 8;

    private readonly (string Field, bool IsDescending)[] _keys;

    /// <param name="text">Fields separated by commas, with a minus sign for a descending order; null or empty for none.</param>
    /// <exception cref="ApiException">400: too many fields.</exception>
    public ListOrder(string? text)
    {
        _keys = [.. (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(key => (key.TrimStart('-'), key.StartsWith('-')))];
        if (_keys.Length > MaxKeys)
            throw ApiException.BadRequest($"sort: at most {MaxKeys} fields");
    }

    /// <summary>Selects a window of the ordered rows. Only the rows of the window are sorted.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">The rows to order, ascending. Their order changes.</param>
    /// <param name="offset">Number of rows in front of the window.</param>
    /// <param name="limit">Maximum number of rows in the window.</param>
    /// <exception cref="ApiException">400: a field is unknown, or rows cannot be sorted by it.</exception>
    public Span<int> Window(SnapshotTable table, Span<int> rows, int offset, int limit)
    {
        var comparer = new RowComparer(Array.ConvertAll(_keys, key => (Column(table, key.Field), key.IsDescending)));
        if (offset >= rows.Length)
            return [];
        if (_keys.Length > 0)
            Select(rows, offset, comparer);
        rows = rows[offset..];
        if (_keys.Length > 0 && limit < rows.Length)
            Select(rows, limit, comparer);
        var window = rows[..Math.Min(limit, rows.Length)];
        if (_keys.Length > 0)
            window.Sort(comparer);
        return window;
    }

    private static SnapshotColumn Column(SnapshotTable table, string field) => table.Find(field) is { IsSortable: true } column
        ? column
        : throw ApiException.BadRequest(
            $"sort: '{field}' is no field to sort by; these are "
                + string.Join(", ", table.Columns.Where(each => each.IsSortable).Select(each => each.Name)));

    /// <summary>Moves the first <paramref name="count"/> rows of the order to the front (quickselect).</summary>
    private static void Select(Span<int> rows, int count, RowComparer comparer)
    {
        int low = 0, high = rows.Length;
        uint random = 2_463_534_242; // a pivot at a fixed place would be slow for some orders of the rows
        while (low < count && count < high)
        {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            int pivot = Partition(rows, low, high, low + (int)(random % (uint)(high - low)), comparer);
            if (pivot < count)
                low = pivot + 1;
            else
                high = pivot;
        }
    }

    /// <summary>Moves rows that come before the pivot to its left side.</summary>
    /// <returns>The place of the pivot.</returns>
    private static int Partition(Span<int> rows, int low, int high, int pivot, RowComparer comparer)
    {
        int row = rows[pivot];
        (rows[pivot], rows[high - 1]) = (rows[high - 1], rows[pivot]);
        int place = low;
        for (int i = low; i < high - 1; i++)
        {
            if (comparer.Compare(rows[i], row) >= 0)
                continue;
            (rows[i], rows[place]) = (rows[place], rows[i]);
            place++;
        }
        (rows[place], rows[high - 1]) = (rows[high - 1], rows[place]);
        return place;
    }

    /// <summary>Compares two rows by the columns, then by their places. Never returns 0 for different rows.</summary>
    private readonly struct RowComparer((SnapshotColumn Column, bool IsDescending)[] keys) : IComparer<int>
    {
        private readonly (SnapshotColumn Column, bool IsDescending)[] _keys = keys;

        public int Compare(int row, int other)
        {
            foreach (var (column, isDescending) in _keys)
                if (column.Compare(row, other, isDescending) is var order and not 0)
                    return order;
            return row.CompareTo(other);
        }
    }
}
