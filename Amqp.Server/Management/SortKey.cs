using System.Text.Json;

namespace Amqp.Server.Management;

/// <summary>What an item of a list is sorted by. As in RabbitMQ numbers come first, then what has no value, then texts.</summary>
internal readonly record struct SortKey(int Kind, double Number, string Text) : IComparable<SortKey>
{
    /// <summary>The key of an encoded object.</summary>
    public static SortKey Of(ReadOnlyMemory<byte> item, string path)
    {
        using var document = JsonDocument.Parse(item);
        return Columns.Find(document.RootElement, path) switch
        {
            { ValueKind: JsonValueKind.Number } number => new SortKey(0, number.GetDouble(), ""),
            { ValueKind: JsonValueKind.String } text => new SortKey(2, 0, text.GetString()!),
            { ValueKind: JsonValueKind.True } => new SortKey(1, 1, ""),
            _ => new SortKey(1, 0, ""),
        };
    }

    public int CompareTo(SortKey other) =>
        Kind != other.Kind ? Kind.CompareTo(other.Kind)
        : Kind == 2 ? string.CompareOrdinal(Text, other.Text)
        : Number.CompareTo(other.Number);
}
