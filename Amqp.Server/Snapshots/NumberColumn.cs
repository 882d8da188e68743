using System.Text.Json;

namespace Amqp.Server.Snapshots;

/// <summary>A column of whole numbers, such as counts, or times in milliseconds since 1970-01-01 UTC.</summary>
internal sealed class NumberColumn(string name) : SnapshotColumn<long>(name)
{
    /// <summary>Stands for an unknown number.</summary>
    public const long Unknown = long.MinValue;

    public override int Compare(int row, int other, bool isDescending)
    {
        long one = this[row], two = this[other];
        if (one == Unknown || two == Unknown)
            return (one == Unknown ? 1 : 0) - (two == Unknown ? 1 : 0);
        return isDescending ? two.CompareTo(one) : one.CompareTo(two);
    }

    public override void Write(Utf8JsonWriter json, int row)
    {
        if (this[row] == Unknown)
            json.WriteNullValue();
        else
            json.WriteNumberValue(this[row]);
    }

    /// <summary>Adds up the values of the first rows.</summary>
    public long Sum(int rows)
    {
        long sum = 0;
        foreach (long value in Values.AsSpan(0, rows))
            sum += value;
        return sum;
    }
}
