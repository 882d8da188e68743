using System.Text.Json;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Management.Http;

/// <summary>
/// Key by which a list item is sorted. Types are in Erlang's order: numbers, false, null, true, objects, arrays, strings.
/// </summary>
/// <remarks>
/// Of two objects or two arrays, the one with fewer elements comes first. A missing field sorts as the number 0, as in RabbitMQ. A class,
/// because the native program has a copy of the code for sorting for each type of struct.
/// </remarks>
internal sealed record SortKey(int Kind, double Number, string Text) : IComparable<SortKey>
{
    /// <summary>Returns the sort key of a JSON object: the field with this path.</summary>
    public static SortKey Of(ReadOnlyMemory<byte> item, string path)
    {
        using var document = JsonDocument.Parse(item, JsonText.Own);
        return Columns.Find(document.RootElement, path) is not { } value ? new SortKey(0, 0, "") : value.ValueKind switch
        {
            JsonValueKind.Number => new SortKey(0, value.GetDouble(), ""),
            JsonValueKind.False or JsonValueKind.Null or JsonValueKind.True => new SortKey(1, 0, value.GetRawText()),
            JsonValueKind.Object => new SortKey(2, value.GetPropertyCount(), ""),
            JsonValueKind.Array => new SortKey(3, value.GetArrayLength(), ""),
            _ => new SortKey(4, 0, value.GetString()!),
        };
    }

    public int CompareTo(SortKey? other) =>
        other is null ? 1
        : Kind != other.Kind ? Kind.CompareTo(other.Kind)
        : Number != other.Number ? Number.CompareTo(other.Number)
        : string.CompareOrdinal(Text, other.Text);
}
