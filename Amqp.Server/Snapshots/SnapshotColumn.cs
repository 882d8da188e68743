using System.Text.Json;

namespace Amqp.Server.Snapshots;

/// <summary>One field of all rows of a <see cref="SnapshotTable"/>.</summary>
/// <param name="name">Name of the field in rows of the HTTP API.</param>
internal abstract class SnapshotColumn(string name)
{
    public string Name { get; } = name;

    /// <summary>The name as JSON.</summary>
    public JsonEncodedText EncodedName { get; } = JsonEncodedText.Encode(name);

    /// <summary>False if rows cannot be sorted by this field.</summary>
    public virtual bool IsSortable => true;

    /// <summary>Compares the values of two rows. An unknown value comes last, whatever the direction.</summary>
    public abstract int Compare(int row, int other, bool isDescending);

    /// <summary>Writes the value of a row.</summary>
    public abstract void Write(Utf8JsonWriter json, int row);

    /// <summary>Makes room for the values of this number of rows. Values of earlier rows may be lost.</summary>
    public abstract void Reserve(int rows);
}

/// <summary>A column that stores one value for each row.</summary>
internal abstract class SnapshotColumn<T>(string name) : SnapshotColumn(name)
{
    private T[] _values = [];

    /// <summary>The values by row. The array may be longer than the table.</summary>
    public T[] Values => _values;

    public ref T this[int row] => ref _values[row];

    public override void Reserve(int rows)
    {
        if (_values.Length < rows)
            _values = new T[rows + rows / 8]; // a slowly growing table does not need new arrays each second
    }
}
