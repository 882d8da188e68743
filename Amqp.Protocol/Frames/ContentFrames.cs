using System.Buffers.Binary;

namespace Amqp.Protocol;

/// <summary>Writes header and body frames of a message directly into a span, without allocating: this runs for every delivery.</summary>
public static class ContentFrames
{
    private const int HeaderPrefix = 12; // bytes before the property flags: class u16, weight u16, body size u64
    private const ushort BasicClass = 60;

    public static int SizeOf(int propertiesLength, int bodyLength, int frameMax)
    {
        int most = frameMax - Frame.Overhead;
        int bodyFrames = bodyLength <= most ? (bodyLength == 0 ? 0 : 1) : (bodyLength + most - 1) / most;
        return Frame.Overhead + HeaderPrefix + propertiesLength + bodyLength + bodyFrames * Frame.Overhead;
    }

    /// <summary>Writes the content header frame and the body frames.</summary>
    public static void Write(Span<byte> span, ushort channel, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body, int frameMax)
    {
        span = span[WriteHeader(span, channel, properties, body.Length)..];
        int most = frameMax - Frame.Overhead;
        while (!body.IsEmpty)
        {
            var part = body.Length <= most ? body : body[..most];
            StartFrame(span, FrameType.Body, channel, part.Length);
            part.CopyTo(span[Frame.HeaderSize..]);
            span[Frame.HeaderSize + part.Length] = Frame.End;
            span = span[(part.Length + Frame.Overhead)..];
            body = body[part.Length..];
        }
    }

    /// <summary>Writes the content header frame, without body frames.</summary>
    /// <returns>Number of bytes written.</returns>
    public static int WriteHeader(Span<byte> span, ushort channel, ReadOnlySpan<byte> properties, long bodySize)
    {
        int size = HeaderPrefix + properties.Length;
        StartFrame(span, FrameType.Header, channel, size);
        BinaryPrimitives.WriteUInt32BigEndian(span[7..], (uint)BasicClass << 16); // class and weight
        BinaryPrimitives.WriteUInt64BigEndian(span[11..], (ulong)bodySize);
        properties.CopyTo(span[(Frame.HeaderSize + HeaderPrefix)..]);
        span[Frame.HeaderSize + size] = Frame.End;
        return size + Frame.Overhead;
    }

    private static void StartFrame(Span<byte> span, FrameType type, ushort channel, int size)
    {
        BinaryPrimitives.WriteUInt32BigEndian(span[3..], (uint)size);
        BinaryPrimitives.WriteUInt16BigEndian(span[1..], channel);
        span[0] = (byte)type;
    }
}
