using System.Text.Json;

namespace Amqp.Server.Snapshots;

/// <summary>A column of texts; null for an unknown text.</summary>
/// <param name="name">Name of the field in rows of the HTTP API.</param>
/// <param name="isSearched">True if the column is prepared for many searches. It must not change after the first.</param>
internal sealed class TextColumn(string name, bool isSearched = false) : SnapshotColumn<string?>(name)
{
    private JoinedTexts? _joined; // written by the first search

    /// <summary>Returns the test whether the text of a row contains a part. Upper and lower case are the same.</summary>
    /// <param name="part">The part.</param>
    public Func<int, bool> Contains(string part)
    {
        if (part.Length == 0)
            return static _ => true;
        if (!isSearched)
            return row => this[row]?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;
        ulong[] found = (_joined ??= new JoinedTexts(Values)).Find(part);
        return row => ((found[row / 64] >> row) & 1) != 0;
    }

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
