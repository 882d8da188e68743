namespace Amqp.Protocol;

/// <summary>Looks into a field table while it is still bytes: for the message path, where decoding would allocate.</summary>
public static class EncodedFieldTable
{
    /// <summary>Finds the first field of a name in the fields of a table (without the table's length).</summary>
    /// <param name="fields">Fields that <see cref="FieldTableCodec.Validate"/> has accepted.</param>
    /// <param name="name">The name in UTF-8.</param>
    /// <param name="value">The value, its type tag first.</param>
    public static bool TryFind(ReadOnlySpan<byte> fields, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var reader = new EncodedFieldReader(fields);
        while (reader.TryReadField(out var found, out value))
            if (found.SequenceEqual(name))
                return true;
        return false;
    }
}
