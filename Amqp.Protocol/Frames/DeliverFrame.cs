using System.Buffers.Binary;

namespace Amqp.Protocol;

/// <summary>basic.deliver written straight into a span, for the path that every delivery takes.</summary>
public static class DeliverFrame
{
    private const int FixedSize = Frame.Overhead + 4 + 1 + 8 + 1; // envelope, ids, tag length, delivery tag, redelivered

    /// <summary>Bytes that <see cref="Write"/> will fill.</summary>
    /// <param name="consumerTagLength">Bytes of the consumer tag, without its length.</param>
    /// <param name="addressLength">Bytes of exchange and routing key, each a short string with its length.</param>
    public static int SizeOf(int consumerTagLength, int addressLength) => FixedSize + consumerTagLength + addressLength;

    /// <summary>Writes the method frame.</summary>
    /// <param name="span">At least <see cref="SizeOf"/> bytes.</param>
    /// <param name="channel">The consumer's channel.</param>
    /// <param name="consumerTag">Its tag in UTF-8.</param>
    /// <param name="deliveryTag">The delivery's number on the channel.</param>
    /// <param name="redelivered">Whether the message may have been delivered before.</param>
    /// <param name="address">Exchange and routing key, as short strings one behind the other.</param>
    public static void Write(Span<byte> span, ushort channel, ReadOnlySpan<byte> consumerTag, ulong deliveryTag, bool redelivered, ReadOnlySpan<byte> address)
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
