using System.Text.Json;

namespace Amqp.Server.Snapshots;

/// <summary>A column of rates per second.</summary>
internal sealed class RateColumn(string name) : SnapshotColumn<double>(name)
{
    /// <summary>Rounds a rate to hundredths, so that a rate does not seem to change with the length of a sample.</summary>
    public static double Round(double rate) => Math.Round(rate, 2);

    public override int Compare(int row, int other, bool isDescending) =>
        isDescending ? this[other].CompareTo(this[row]) : this[row].CompareTo(this[other]);

    public override void Write(Utf8JsonWriter json, int row) => json.WriteNumberValue(this[row]);
}
