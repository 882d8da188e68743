using System.Text.Json;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Management.Http;

/// <summary>What an item of a list is sorted by, in the order of Erlang's terms as in RabbitMQ: numbers, words, objects, arrays, texts.</summary>
/// <remarks>An item that lacks the field counts as 0 there, below whatever has been counted.</remarks>
internal readonly record struct SortKey(int Kind, double Number, string Text) : IComparable<SortKey>
{
    /// <summary>The key of an encoded object.</summary>
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

    public int CompareTo(SortKey other) =>
        Kind != other.Kind ? Kind.CompareTo(other.Kind)
        : Number != other.Number ? Number.CompareTo(other.Number)
        : string.CompareOrdinal(Text, other.Text);
}
