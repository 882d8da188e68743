using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Amqp.Protocol;

/// <summary>Cuts whole frames off the front of a buffer.</summary>
/// <remarks>
/// A frame that lies in one piece is not copied; one that is split over buffers is joined in a scratch array of
/// the reader's own, so that everybody behind it sees plain spans. One owner: the loop that reads the connection.
/// </remarks>
public sealed class FrameReader
{
    private byte[] _joined = [];

    /// <summary>The largest whole frame taken, its eight bytes of envelope included.</summary>
    public int FrameMax { get; set; } = Frame.MinSize;

    /// <summary>Takes the next frame if all of it has arrived; otherwise leaves the buffer as it is.</summary>
    /// <exception cref="AmqpException">501: unknown type, larger than <see cref="FrameMax"/>, or without its end octet.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, out Frame frame)
    {
        var first = buffer.FirstSpan;
        if (first.Length >= Frame.HeaderSize)
        {
            int size = CheckHeader(first);
            int whole = size + Frame.Overhead;
            if (first.Length >= whole)
            {
                frame = Open(first[..whole]);
                buffer = buffer.Slice(whole);
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
        frame = Open(_joined.AsSpan(0, whole));
        buffer = buffer.Slice(whole);
        return true;
    }

    private int CheckHeader(ReadOnlySpan<byte> header)
    {
        if (header[0] is not ((byte)FrameType.Method or (byte)FrameType.Header or (byte)FrameType.Body or (byte)FrameType.Heartbeat))
            throw new AmqpException(ReplyCode.FrameError, $"type {header[0]}, all octets = <<>>: unknown_frame");
        uint size = BinaryPrimitives.ReadUInt32BigEndian(header[3..]);
        // RabbitMQ forgives a payload of frame-max bytes, eight too many; so do we.
        if (size > FrameMax)
            throw new AmqpException(ReplyCode.FrameError, $"type {header[0]}, first 16 octets = <<>>: {{frame_too_large,{size},{FrameMax - Frame.Overhead}}}");
        return (int)size;
    }

    private static Frame Open(ReadOnlySpan<byte> whole)
    {
        if (whole[^1] != Frame.End)
            throw new AmqpException(ReplyCode.FrameError, $"type {whole[0]}, first 16 octets = <<>>: {{invalid_frame_end_marker,{whole[^1]}}}");
        return new Frame((FrameType)whole[0], BinaryPrimitives.ReadUInt16BigEndian(whole[1..]), whole[Frame.HeaderSize..^1]);
    }
}
