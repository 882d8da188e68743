using System.Collections;

namespace Amqp.Protocol;

/// <summary>An immutable field table: names and values in their original order.</summary>
public sealed class FieldTable : IReadOnlyCollection<KeyValuePair<string, FieldValue>>, IEquatable<FieldTable>
{
    /// <summary>Maximum number of fields that are searched one by one. A larger table uses a dictionary.</summary>
    private const int FewFields = 8;

    private readonly KeyValuePair<string, FieldValue>[] _fields;
    private Dictionary<string, FieldValue>? _byName; // created on first use
    private KeyValuePair<string, FieldValue>[]? _sorted;

    public FieldTable(IEnumerable<KeyValuePair<string, FieldValue>> fields) => _fields = [.. fields];

    public static FieldTable Empty { get; } = new([]);

    public int Count => _fields.Length;

    /// <summary>Value of the first field with this name; null if the table has no such field.</summary>
    public FieldValue? this[string name]
    {
        get
        {
            if (_fields.Length > FewFields)
                return (_byName ??= IndexByName()).TryGetValue(name, out var value) ? value : null;
            foreach (var field in _fields)
                if (field.Key == name)
                    return field.Value;
            return null;
        }
    }

    internal KeyValuePair<string, FieldValue> At(int index) => _fields[index];

    /// <summary>Returns a copy of this table with one field appended.</summary>
    public FieldTable With(string name, FieldValue value) => new(_fields.Append(new(name, value)));

    public IEnumerator<KeyValuePair<string, FieldValue>> GetEnumerator() => _fields.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Returns true if both tables have the same fields with the same types, in any order.</summary>
    public bool Equals(FieldTable? other) => other is not null && FieldValue.FromTable(this).Equals(FieldValue.FromTable(other));

    public override bool Equals(object? obj) => Equals(obj as FieldTable);

    public override int GetHashCode() => _fields.Aggregate(Count, (hash, field) => hash ^ HashCode.Combine(field.Key, field.Value));

    /// <summary>The fields sorted by name. Fields with the same name keep their order.</summary>
    internal KeyValuePair<string, FieldValue>[] Sorted => _sorted ??= [.. _fields.OrderBy(entry => entry.Key, StringComparer.Ordinal)];

    private Dictionary<string, FieldValue> IndexByName()
    {
        var index = new Dictionary<string, FieldValue>(_fields.Length);
        foreach (var (name, value) in _fields)
            index.TryAdd(name, value); // keeps the first of several fields with the same name
        return index;
    }

    public override string ToString() => FieldValue.FromTable(this).ToString();
}
