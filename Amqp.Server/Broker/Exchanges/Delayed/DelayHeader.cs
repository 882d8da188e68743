using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Amqp.Protocol;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <summary>The header <c>x-delay</c>, in which a publisher gives the delay of a message in milliseconds.</summary>
internal static class DelayHeader
{
    private const string Name = "x-delay";
    private const long Longest = uint.MaxValue; // the limit of RabbitMQ's delayed-message plugin and of Erlang's timers

    /// <summary>
    /// Returns the delay of a message in milliseconds; 0 if <c>x-delay</c> is missing, is not a positive number or is too large.
    /// </summary>
    public static long Read(ReadOnlySpan<byte> headers)
    {
        if (!EncodedFieldTable.TryFind(headers, "x-delay"u8, out _))
            return 0;
        return NumberOf(FieldTableCodec.Read(headers)[Name]!.Value) is > 0 and <= Longest and var delay ? delay : 0;
    }

    /// <summary>Returns the properties with a negative delay, which tells consumers that the delay is over.</summary>
    /// <param name="properties">The property flags and the properties, with the header <c>x-delay</c>.</param>
    public static ReadOnlySpan<byte> Negate(ReadOnlySpan<byte> properties)
    {
        int start = EncodedProperties.HeadersOffset(properties);
        int end = start + sizeof(uint) + (int)BinaryPrimitives.ReadUInt32BigEndian(properties[start..]);
        var headers = FieldTableCodec.Read(properties[(start + sizeof(uint))..end]).ToArray();
        int at = Array.FindIndex(headers, header => header.Key == Name);
        long negative = -(NumberOf(headers[at].Value) ?? 0);
        headers[at] = new(Name, negative >= int.MinValue ? FieldValue.FromInt32((int)negative) : FieldValue.FromInt64(negative));
        var output = new ArrayBufferWriter<byte>(properties.Length + sizeof(long));
        output.Write(properties[..start]);
        FieldTableCodec.Write(output, new FieldTable(headers));
        output.Write(properties[end..]);
        return output.WrittenSpan;
    }

    /// <summary>Converts an integer, float or string to an integer. Returns null if this is not possible.</summary>
    private static long? NumberOf(FieldValue value) => value switch
    {
        { IsInteger: true } => value.AsInteger(),
        { IsFloat: true } => (long)value.AsDouble(), // a value that is too large becomes the largest long, and NaN becomes 0
        { Type: FieldType.LongString } =>
            long.TryParse(value.AsBytes(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null,
        _ => null,
    };
}
