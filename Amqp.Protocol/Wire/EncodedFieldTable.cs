namespace Amqp.Protocol;

/// <summary>Searches an encoded field table for one field. Does not decode the table, because decoding allocates.</summary>
public static class EncodedFieldTable
{
    /// <summary>Finds the first field with the given name.</summary>
    /// <param name="fields">Encoded fields that <see cref="FieldTableCodec.Validate"/> has accepted, without the table's length.</param>
    /// <param name="name">Name of the field in UTF-8.</param>
    /// <param name="value">Encoded value of the field, beginning with its type tag.</param>
    public static bool TryFind(ReadOnlySpan<byte> fields, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var reader = new EncodedFieldReader(fields);
        while (reader.TryReadField(out var found, out value))
            if (found.SequenceEqual(name))
                return true;
        return false;
    }
}
