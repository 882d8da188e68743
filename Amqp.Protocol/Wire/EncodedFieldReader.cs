namespace Amqp.Protocol;

/// <summary>Reads the fields of an encoded table, or the values of an encoded array, one by one. Does not decode values.</summary>
/// <param name="bytes">
/// Content of the table or array, without its length. <see cref="FieldTableCodec.Validate"/> must have accepted the whole table.
/// </param>
public ref struct EncodedFieldReader(ReadOnlySpan<byte> bytes)
{
    private WireReader _reader = new(bytes);

    /// <summary>Reads the next field of a table.</summary>
    /// <param name="name">Name of the field in UTF-8.</param>
    /// <param name="value">Encoded value of the field, beginning with its type tag.</param>
    /// <returns>False if the table has no further field.</returns>
    public bool TryReadField(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = _reader.IsAtEnd ? default : _reader.ReadShortStringBytes();
        return TryReadValue(out value);
    }

    /// <summary>Reads the next value of an array.</summary>
    /// <param name="value">The encoded value, beginning with its type tag.</param>
    /// <returns>False if the array has no further value.</returns>
    public bool TryReadValue(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (_reader.IsAtEnd)
            return false;
        var start = _reader.Rest;
        FieldTableCodec.Skip(ref _reader);
        value = start[..(start.Length - _reader.Rest.Length)];
        return true;
    }

    /// <summary>Returns the content of an encoded string, byte array, table or array.</summary>
    /// <param name="value">The encoded value, beginning with its type tag.</param>
    public static ReadOnlySpan<byte> ContentOf(ReadOnlySpan<byte> value) => value[(1 + sizeof(uint))..];
}
