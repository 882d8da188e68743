namespace Amqp.Protocol;

/// <summary>Steps through the fields of a table, or through the values of an array, while they are still bytes.</summary>
/// <remarks>It looks into no value, so a step costs the same however much is nested in it.</remarks>
/// <param name="bytes">What <see cref="FieldTableCodec.Validate"/> has accepted, or the content of a table or array in it, without its length.</param>
public ref struct EncodedFieldReader(ReadOnlySpan<byte> bytes)
{
    private WireReader _reader = new(bytes);

    /// <summary>The next field of a table.</summary>
    /// <param name="name">Its name in UTF-8.</param>
    /// <param name="value">Its value, the type tag first.</param>
    /// <returns>False at the end.</returns>
    public bool TryReadField(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = _reader.IsAtEnd ? default : _reader.ReadShortStringBytes();
        return TryReadValue(out value);
    }

    /// <summary>The next value of an array.</summary>
    /// <param name="value">The type tag first.</param>
    /// <returns>False at the end.</returns>
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

    /// <summary>The content of a long string, byte array, table or array, without tag and length.</summary>
    /// <param name="value">A value of one of these types.</param>
    public static ReadOnlySpan<byte> ContentOf(ReadOnlySpan<byte> value) => value[(1 + sizeof(uint))..];
}
