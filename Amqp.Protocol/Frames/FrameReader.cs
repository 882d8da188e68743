using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Amqp.Protocol;

/// <summary>Reads whole frames from the front of a buffer. Used only by the connection's read loop.</summary>
/// <remarks>A frame is copied only if it is split over several segments of the buffer.</remarks>
public sealed class FrameReader
{
    private byte[] _joined = [];

    /// <summary>Maximum size of a whole frame in bytes, including the frame's header and end octet.</summary>
    public int FrameMax { get; set; } = Frame.MinSize;

    /// <summary>True if the peer uses AMQP 0-8. The peer's methods are then converted to 0-9-1.</summary>
    public bool IsAmqp08 { get; set; }

    /// <summary>True after a frame that was too large: the start of the next frame is unknown, so no frame can be read any more.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Reads the next frame. Leaves the buffer unchanged if the frame has not arrived completely.</summary>
    /// <remarks>A malformed frame is consumed before the exception is thrown. A frame that is too large is not consumed.</remarks>
    /// <exception cref="AmqpException">
    /// 501, with RabbitMQ's text: the frame is too large, has no end octet, has an unknown type, or has the wrong length for its type.
    /// </exception>
    // Inlined with the methods that it calls: a message has three frames, and the calls took 6 % of the native file's time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(ref ReadOnlySequence<byte> buffer, out Frame frame)
    {
        var first = buffer.FirstSpan;
        if (first.Length >= Frame.HeaderSize)
        {
            int size = CheckHeader(first);
            int whole = size + Frame.Overhead;
            if (first.Length >= whole)
            {
                buffer = buffer.Slice(whole); // even if Open throws, the caller can read the next frame
                frame = Open(first[..whole]);
                return true;
            }
        }
        return TryJoin(ref buffer, out frame);
    }

    private bool TryJoin(ref ReadOnlySequence<byte> buffer, out Frame frame)
    {
        frame = default;
        if (buffer.Length < Frame.HeaderSize)
            return false;
        Span<byte> header = stackalloc byte[Frame.HeaderSize];
        buffer.Slice(0, Frame.HeaderSize).CopyTo(header);
        int whole = CheckHeader(header) + Frame.Overhead;
        if (buffer.Length < whole)
            return false;
        if (_joined.Length < whole)
            _joined = GC.AllocateUninitializedArray<byte>((int)BitOperations.RoundUpToPowerOf2((uint)whole));
        buffer.Slice(0, whole).CopyTo(_joined);
        buffer = buffer.Slice(whole);
        frame = Open(_joined.AsSpan(0, whole));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int CheckHeader(ReadOnlySpan<byte> header)
    {
        uint size = BinaryPrimitives.ReadUInt32BigEndian(header[3..]);
        // RabbitMQ, too, accepts a payload of frame-max bytes, although the whole frame then exceeds frame-max by eight bytes.
        if (size > FrameMax || size > int.MaxValue - Frame.Overhead)
            throw TooLarge(header[0], size);
        return (int)size;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Frame Open(ReadOnlySpan<byte> whole)
    {
        var payload = whole[Frame.HeaderSize..^1];
        if (whole[^1] != Frame.End)
            throw NoEnd(whole[0], payload, whole[^1]);
        var frame = new Frame((FrameType)whole[0], BinaryPrimitives.ReadUInt16BigEndian(whole[1..]), payload);
        if (!HasShapeOfItsType(frame))
            throw Unknown(whole[0], payload);
        return IsAmqp08 && frame.Type == FrameType.Method ? new Frame(frame.Type, frame.Channel, Amqp08.Upgrade(payload)) : frame;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasShapeOfItsType(in Frame frame) => frame.Type switch
    {
        FrameType.Method => frame.Payload.Length >= 4, // class and method ids
        FrameType.Header => frame.Payload.Length >= 12, // class, weight and body size
        FrameType.Body => true,
        FrameType.Heartbeat => frame.Payload.IsEmpty,
        _ => false,
    };

    // The errors have methods of their own, because the texts would add to the local variables of each read.

    private AmqpException TooLarge(byte type, uint size)
    {
        IsLost = true;
        return Error(type, [], $"{{frame_too_large,{size},{FrameMax - Frame.Overhead}}}");
    }

    private static AmqpException NoEnd(byte type, ReadOnlySpan<byte> payload, byte last) =>
        Error(type, payload, $"{{invalid_frame_end_marker,{last}}}");

    private static AmqpException Unknown(byte type, ReadOnlySpan<byte> payload) => Error(type, payload, "unknown_frame");

    private static AmqpException Error(byte type, ReadOnlySpan<byte> payload, string reason) =>
        new(ReplyCode.FrameError, $"type {type}, {Octets.Describe(payload)}: {reason}");
}
