using System.Text.Json;

namespace Amqp.Server.Snapshots;

/// <summary>A column of texts; null for an unknown text.</summary>
internal sealed class TextColumn(string name) : SnapshotColumn<string?>(name)
{
    public override int Compare(int row, int other, bool isDescending)
    {
        string? one = this[row], two = this[other];
        if (one is null || two is null)
            return (one is null ? 1 : 0) - (two is null ? 1 : 0);
        int order = string.CompareOrdinal(one, two);
        return isDescending ? -order : order;
    }

    public override void Write(Utf8JsonWriter json, int row) => json.WriteStringValue(this[row]); // writes null for null
}
