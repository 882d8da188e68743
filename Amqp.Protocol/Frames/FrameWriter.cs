using System.Buffers;
using System.Buffers.Binary;

namespace Amqp.Protocol;

/// <summary>Writes frames to an output.</summary>
/// <remarks>The caller must hold the lock of the output.</remarks>
public sealed class FrameWriter(IBufferWriter<byte> output)
{
    /// <summary>A body of at most this many bytes is written together with its header. A larger body is written frame by frame.</summary>
    public const int OnePiece = 32 * 1024;

    // Each method is first encoded into this buffer, because the size of the payload is written before the payload.
    private readonly ArrayBufferWriter<byte> _arguments = new(256);

    /// <summary>True if the peer uses AMQP 0-8. Methods are then converted to 0-8.</summary>
    public bool IsAmqp08 { get; set; }

    /// <returns>Number of bytes written.</returns>
    public int WriteMethod<TMethod>(ushort channel, in TMethod method)
        where TMethod : struct, IMethod<TMethod>
    {
        _arguments.ResetWrittenCount();
        var writer = new WireWriter(_arguments);
        writer.WriteUInt16(TMethod.Id.Class);
        writer.WriteUInt16(TMethod.Id.Method);
        method.Write(writer);
        var payload = IsAmqp08 ? Amqp08.Downgrade(_arguments.WrittenSpan) : _arguments.WrittenSpan;
        WriteFrame(FrameType.Method, channel, payload);
        return payload.Length + Frame.Overhead;
    }

    /// <summary>Writes the header and the body frames of a message.</summary>
    /// <param name="channel">Number of the channel.</param>
    /// <param name="properties">The property flags and the properties.</param>
    /// <param name="body">The body. An empty body has no frame.</param>
    /// <param name="frameMax">The negotiated frame-max in bytes.</param>
    /// <returns>Number of bytes written.</returns>
    public int WriteContent(ushort channel, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body, int frameMax)
    {
        if (body.Length <= OnePiece && body.Length <= frameMax - Frame.Overhead)
        {
            int size = ContentFrames.SizeOf(properties.Length, body.Length, frameMax);
            ContentFrames.Write(output.GetSpan(size), channel, properties, body, frameMax);
            output.Advance(size);
            return size;
        }
        // One span for a large body could take 100 MB of memory. So the body is written frame by frame to small spans.
        int headerSize = ContentFrames.SizeOf(properties.Length, 0, frameMax);
        ContentFrames.WriteHeader(output.GetSpan(headerSize), channel, properties, body.Length);
        output.Advance(headerSize);
        int all = ContentFrames.SizeOf(properties.Length, body.Length, frameMax);
        int most = frameMax - Frame.Overhead;
        for (; !body.IsEmpty; body = body[Math.Min(body.Length, most)..])
            WriteFrame(FrameType.Body, channel, body[..Math.Min(body.Length, most)]);
        return all;
    }

    public void WriteFrame(FrameType type, ushort channel, ReadOnlySpan<byte> payload)
    {
        var start = output.GetSpan(Frame.HeaderSize);
        start[0] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(start[1..], channel);
        BinaryPrimitives.WriteUInt32BigEndian(start[3..], (uint)payload.Length);
        output.Advance(Frame.HeaderSize);
        output.Write(payload);
        output.GetSpan(1)[0] = Frame.End;
        output.Advance(1);
    }

    public void WriteHeartbeat() => WriteFrame(FrameType.Heartbeat, 0, []);
}
