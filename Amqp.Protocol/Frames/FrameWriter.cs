using System.Buffers;
using System.Buffers.Binary;

namespace Amqp.Protocol;

/// <summary>Writes whole frames.</summary>
/// <remarks>One owner at a time: whoever holds the lock of the output.</remarks>
public sealed class FrameWriter(IBufferWriter<byte> output)
{
    // A frame leads with its size, which is known last: arguments gather here first.
    private readonly ArrayBufferWriter<byte> _arguments = new(256);

    /// <summary>Writes a method frame.</summary>
    public void WriteMethod<TMethod>(ushort channel, in TMethod method)
        where TMethod : struct, IMethod<TMethod>
    {
        _arguments.ResetWrittenCount();
        var writer = new WireWriter(_arguments);
        writer.WriteUInt16(TMethod.Id.Class);
        writer.WriteUInt16(TMethod.Id.Method);
        method.Write(writer);
        WriteFrame(FrameType.Method, channel, _arguments.WrittenSpan);
    }

    /// <summary>Writes a message's content: its header and as many body frames as the limit makes of it.</summary>
    /// <param name="channel">The channel of the method before it.</param>
    /// <param name="properties">Property flags and list, as <see cref="ContentHeader.Properties"/> gives them.</param>
    /// <param name="body">The body; an empty one has no frame.</param>
    /// <param name="frameMax">The negotiated frame-max.</param>
    public void WriteContent(ushort channel, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> body, int frameMax)
    {
        int size = ContentFrames.SizeOf(properties.Length, body.Length, frameMax);
        ContentFrames.Write(output.GetSpan(size), channel, properties, body, frameMax);
        output.Advance(size);
    }

    /// <summary>Writes any frame.</summary>
    public void WriteFrame(FrameType type, ushort channel, ReadOnlySpan<byte> payload)
    {
        int size = payload.Length + Frame.Overhead;
        var span = output.GetSpan(size);
        span[0] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(span[1..], channel);
        BinaryPrimitives.WriteUInt32BigEndian(span[3..], (uint)payload.Length);
        payload.CopyTo(span[Frame.HeaderSize..]);
        span[size - 1] = Frame.End;
        output.Advance(size);
    }

    /// <summary>Writes the frame that says nothing but "still here".</summary>
    public void WriteHeartbeat() => WriteFrame(FrameType.Heartbeat, 0, []);
}
