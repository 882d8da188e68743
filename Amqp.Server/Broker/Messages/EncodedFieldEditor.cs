using System.Buffers;
using System.Buffers.Binary;
using Amqp.Protocol;

namespace Amqp.Server.Broker.Messages;

/// <summary>Edits an encoded table, without decoding the values of its fields. Used by one thread only.</summary>
internal sealed class EncodedFieldEditor
{
    private readonly List<Field> _fields = [];
    private readonly Comparison<Field> _byName;
    private byte[] _bytes = [];
    private int _length;

    public EncodedFieldEditor() => _byName = CompareNames;

    /// <summary>Begins to edit the fields of a table.</summary>
    /// <param name="fields">Encoded fields that <see cref="FieldTableCodec.Validate"/> has accepted.</param>
    public void Read(ReadOnlySpan<byte> fields)
    {
        _fields.Clear();
        _length = 0;
        fields.CopyTo(Extend(fields.Length));
        var reader = new EncodedFieldReader(fields);
        for (int start = 0; reader.TryReadField(out var name, out var value);)
        {
            Add(start, name.Length, 1 + name.Length + value.Length);
            start += 1 + name.Length + value.Length;
        }
    }

    /// <summary>Finds the first field with this name.</summary>
    /// <param name="name">Name of the field in UTF-8.</param>
    /// <param name="value">Encoded value of the field, beginning with its type tag. Valid until the next change.</param>
    public bool TryFind(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        int index = IndexOf(name);
        value = index < 0 ? default : Bytes(_fields[index])[(1 + name.Length)..];
        return index >= 0;
    }

    /// <summary>Removes all fields that have this name.</summary>
    public void Remove(ReadOnlySpan<byte> name)
    {
        for (int index; (index = IndexOf(name)) >= 0;)
            _fields.RemoveAt(index);
    }

    /// <summary>Sets a field to a string, an array or a table. Encodes the length before the content.</summary>
    public void Set(ReadOnlySpan<byte> name, FieldType type, ReadOnlySpan<byte> content)
    {
        var value = Put(name, type, sizeof(uint) + content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(value, (uint)content.Length);
        content.CopyTo(value[sizeof(uint)..]);
    }

    /// <summary>Sets a field to a 64-bit integer or a timestamp.</summary>
    public void Set(ReadOnlySpan<byte> name, FieldType type, long number) =>
        BinaryPrimitives.WriteInt64BigEndian(Put(name, type, sizeof(long)), number);

    /// <summary>
    /// Sorts the fields by name, because RabbitMQ sorts tables that it changes. Fields with the same name keep their order.
    /// </summary>
    public void Sort() => _fields.Sort(_byName);

    /// <summary>Writes the fields of the table, without the length of the table.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        foreach (var field in _fields)
            output.Write(Bytes(field));
    }

    private Span<byte> Put(ReadOnlySpan<byte> name, FieldType type, int contentLength)
    {
        int start = _length, length = 1 + name.Length + 1 + contentLength;
        var bytes = Extend(length);
        bytes[0] = (byte)name.Length;
        name.CopyTo(bytes[1..]);
        bytes[1 + name.Length] = (byte)type;
        int index = IndexOf(name);
        if (index < 0)
            Add(start, name.Length, length);
        else
            _fields[index] = _fields[index] with { Start = start, Length = length };
        return bytes[(1 + name.Length + 1)..];
    }

    private void Add(int start, int nameLength, int length) => _fields.Add(new Field(start, nameLength, length, _fields.Count));

    private Span<byte> Extend(int count)
    {
        if (_bytes.Length - _length < count)
            Array.Resize(ref _bytes, Math.Max(_length + count, 2 * _bytes.Length));
        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }

    private int IndexOf(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < _fields.Count; i++)
            if (Name(_fields[i]).SequenceEqual(name))
                return i;
        return -1;
    }

    private ReadOnlySpan<byte> Bytes(Field field) => _bytes.AsSpan(field.Start, field.Length);

    private ReadOnlySpan<byte> Name(Field field) => _bytes.AsSpan(field.Start + 1, field.NameLength);

    private int CompareNames(Field left, Field right)
    {
        int order = Name(left).SequenceCompareTo(Name(right));
        return order != 0 ? order : left.Order.CompareTo(right.Order);
    }

    /// <summary>Position of one encoded field. <paramref name="Order"/> is its index before a sort.</summary>
    private readonly record struct Field(int Start, int NameLength, int Length, int Order);
}
