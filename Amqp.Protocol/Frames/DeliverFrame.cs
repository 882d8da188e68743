using System.Buffers.Binary;

namespace Amqp.Protocol;

/// <summary>Writes basic.deliver directly into a span, without allocating: this runs for every delivery.</summary>
public static class DeliverFrame
{
    // Frame header and end octet, class and method ids (4), length octet of the consumer tag (1), delivery tag (8), redelivered (1).
    private const int FixedSize = Frame.Overhead + 4 + 1 + 8 + 1;

    /// <param name="consumerTagLength">Bytes of the consumer tag, without its length octet.</param>
    /// <param name="addressLength">Bytes of exchange and routing key, with their length octets.</param>
    public static int SizeOf(int consumerTagLength, int addressLength) => FixedSize + consumerTagLength + addressLength;

    /// <param name="span">At least <see cref="SizeOf"/> bytes.</param>
    /// <param name="channel">Number of the consumer's channel.</param>
    /// <param name="consumerTag">Consumer tag in UTF-8.</param>
    /// <param name="deliveryTag">Number of the delivery on the channel.</param>
    /// <param name="redelivered">True if the message may have been delivered before.</param>
    /// <param name="address">Exchange and routing key as two consecutive short strings.</param>
    public static void Write(
        Span<byte> span, ushort channel, ReadOnlySpan<byte> consumerTag, ulong deliveryTag, bool redelivered, ReadOnlySpan<byte> address)
    {
        int size = SizeOf(consumerTag.Length, address.Length);
        span = span[..size];
        BinaryPrimitives.WriteUInt32BigEndian(span[3..], (uint)(size - Frame.Overhead));
        BinaryPrimitives.WriteUInt16BigEndian(span[1..], channel);
        span[0] = (byte)FrameType.Method;
        BinaryPrimitives.WriteUInt32BigEndian(span[7..], BasicDeliver.Id.Value);
        span[11] = (byte)consumerTag.Length;
        consumerTag.CopyTo(span[12..]);
        var rest = span[(12 + consumerTag.Length)..];
        BinaryPrimitives.WriteUInt64BigEndian(rest, deliveryTag);
        rest[8] = redelivered ? (byte)1 : (byte)0;
        address.CopyTo(rest[9..]);
        span[^1] = Frame.End;
    }
}
