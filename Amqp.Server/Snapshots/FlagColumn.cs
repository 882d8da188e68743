using System.Text.Json;

namespace Amqp.Server.Snapshots;

/// <summary>A column of flags.</summary>
internal sealed class FlagColumn(string name) : SnapshotColumn<bool>(name)
{
    public override int Compare(int row, int other, bool isDescending) =>
        isDescending ? this[other].CompareTo(this[row]) : this[row].CompareTo(this[other]);

    public override void Write(Utf8JsonWriter json, int row) => json.WriteBooleanValue(this[row]);
}
