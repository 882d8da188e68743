using System.Buffers.Binary;

namespace Amqp.Protocol;

/// <summary>The header and body frames of a message, written straight into a span: the path every delivery takes.</summary>
public static class ContentFrames
{
    private const int HeaderPrefix = 12; // class u16, weight u16, body size u64

    /// <summary>Bytes that <see cref="Write"/> will fill.</summary>
    public static int SizeOf(int propertiesLength, int bodyLength, int frameMax)
    {
        int most = frameMax - Frame.Overhead;
        int bodyFrames = bodyLength <= most ? (bodyLength == 0 ? 0 : 1) : (bodyLength + most - 1) / most;
        return Frame.Overhead + HeaderPrefix + propertiesLength + bodyLength + bodyFrames * Frame.Overhead;
    }

    /// <summary>Writes the content header and the body frames.</summary>
    public static void Write(Span<byte> span, ushort channel, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body, int frameMax)
    {
        int headerSize = HeaderPrefix + properties.Length;
        StartFrame(span, FrameType.Header, channel, headerSize);
        BinaryPrimitives.WriteUInt32BigEndian(span[7..], (uint)BasicClass << 16); // class and weight
        BinaryPrimitives.WriteUInt64BigEndian(span[11..], (ulong)body.Length);
        properties.CopyTo(span[(Frame.HeaderSize + HeaderPrefix)..]);
        span[Frame.HeaderSize + headerSize] = Frame.End;
        span = span[(headerSize + Frame.Overhead)..];

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

    private const ushort BasicClass = 60;

    private static void StartFrame(Span<byte> span, FrameType type, ushort channel, int size)
    {
        BinaryPrimitives.WriteUInt32BigEndian(span[3..], (uint)size);
        BinaryPrimitives.WriteUInt16BigEndian(span[1..], channel);
        span[0] = (byte)type;
    }
}
