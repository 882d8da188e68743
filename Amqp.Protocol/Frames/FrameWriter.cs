using System.Buffers;
using System.Buffers.Binary;

namespace Amqp.Protocol;

/// <summary>Writes whole frames.</summary>
/// <remarks>One owner at a time: whoever holds the lock of the output.</remarks>
public sealed class FrameWriter(IBufferWriter<byte> output)
{
    /// <summary>The largest body that is written with one call for output.</summary>
    public const int OnePiece = 32 * 1024;

    // A frame leads with its size, which is known last: arguments gather here first.
    private readonly ArrayBufferWriter<byte> _arguments = new(256);

    /// <summary>The peer speaks AMQP 0-8: methods are written as it knows them.</summary>
    public bool IsAmqp08 { get; set; }

    /// <summary>Writes a method frame.</summary>
    /// <returns>Bytes written.</returns>
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

    /// <summary>Writes a message's content: its header and as many body frames as the limit makes of it.</summary>
    /// <param name="channel">The channel of the method before it.</param>
    /// <param name="properties">Property flags and list, as <see cref="ContentHeader.Properties"/> gives them.</param>
    /// <param name="body">The body; an empty one has no frame.</param>
    /// <param name="frameMax">The negotiated frame-max.</param>
    /// <returns>Bytes written.</returns>
    public int WriteContent(ushort channel, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body, int frameMax)
    {
        if (body.Length <= OnePiece && body.Length <= frameMax - Frame.Overhead)
        {
            int size = ContentFrames.SizeOf(properties.Length, body.Length, frameMax);
            ContentFrames.Write(output.GetSpan(size), channel, properties, body, frameMax);
            output.Advance(size);
            return size;
        }
        // A large body fills whatever pieces the output has: asking for one of its size could mean 100 MB of new memory.
        int headerSize = ContentFrames.SizeOf(properties.Length, 0, frameMax);
        ContentFrames.WriteHeader(output.GetSpan(headerSize), channel, properties, body.Length);
        output.Advance(headerSize);
        int all = ContentFrames.SizeOf(properties.Length, body.Length, frameMax);
        int most = frameMax - Frame.Overhead;
        for (; !body.IsEmpty; body = body[Math.Min(body.Length, most)..])
            WriteFrame(FrameType.Body, channel, body[..Math.Min(body.Length, most)]);
        return all;
    }

    /// <summary>Writes any frame.</summary>
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

    /// <summary>Writes the frame that says nothing but "still here".</summary>
    public void WriteHeartbeat() => WriteFrame(FrameType.Heartbeat, 0, []);
}
