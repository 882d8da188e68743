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
        var reader = new WireReader(fields);
        while (!reader.IsAtEnd)
        {
            var found = reader.ReadShortStringBytes();
            var start = reader.Rest;
            FieldTableCodec.Skip(ref reader);
            if (found.SequenceEqual(name))
            {
                value = start[..(start.Length - reader.Rest.Length)];
                return true;
            }
        }
        value = default;
        return false;
    }
}
