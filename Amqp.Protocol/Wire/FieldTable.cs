using System.Collections;

namespace Amqp.Protocol;

/// <summary>An immutable field table: names and values in the order they came in.</summary>
public sealed class FieldTable : IReadOnlyCollection<KeyValuePair<string, FieldValue>>, IEquatable<FieldTable>
{
    private readonly KeyValuePair<string, FieldValue>[] _fields;

    public FieldTable(IEnumerable<KeyValuePair<string, FieldValue>> fields) => _fields = [.. fields];

    /// <summary>The table without fields.</summary>
    public static FieldTable Empty { get; } = new([]);

    public int Count => _fields.Length;

    /// <summary>The first field of that name, or null.</summary>
    public FieldValue? this[string name]
    {
        get
        {
            foreach (var field in _fields)
                if (field.Key == name)
                    return field.Value;
            return null;
        }
    }

    /// <summary>A table with one field more.</summary>
    public FieldTable With(string name, FieldValue value) => new(_fields.Append(new(name, value)));

    public IEnumerator<KeyValuePair<string, FieldValue>> GetEnumerator() => _fields.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Same fields with the same types, whatever their order.</summary>
    public bool Equals(FieldTable? other) =>
        other is not null && Count == other.Count && _fields.All(field => other[field.Key] is { } value && value == field.Value);

    public override bool Equals(object? obj) => Equals(obj as FieldTable);

    public override int GetHashCode() => _fields.Aggregate(Count, (hash, field) => hash ^ HashCode.Combine(field.Key, field.Value));

    public override string ToString() => $"{{{string.Join(", ", _fields.Select(field => $"{field.Key}: {field.Value}"))}}}";
}
