using System.Buffers.Binary;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>Buffer for bytes from a socket. Frames are read from it without a copy. Used by one thread only.</summary>
/// <remarks>Trusts the broker: checks less than <see cref="FrameReader"/>, and is faster.</remarks>
/// <param name="frameMax">Largest frame in bytes that the broker may send.</param>
internal sealed class FrameBuffer(int frameMax)
{
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(2 * frameMax);
    private int _start; // offset of the first byte that no caller has taken
    private int _end;

    /// <summary>Free space for bytes from the socket. The getter may move the remaining bytes to the front of the buffer.</summary>
    public Span<byte> Room
    {
        get
        {
            if (_start == _end)
                _start = _end = 0;
            else if (_end > _bytes.Length / 2)
                Compact();
            return _bytes.AsSpan(_end);
        }
    }

    /// <summary>Call after writing bytes to <see cref="Room"/>. Makes the bytes available to <see cref="TryTake"/>.</summary>
    public void Filled(int count) => _end += count;

    /// <summary>Takes the next frame, if it has arrived completely.</summary>
    /// <param name="frame">The frame. Its payload is valid until the next use of <see cref="Room"/>.</param>
    /// <exception cref="LoadException">The bytes are not a valid frame.</exception>
    public bool TryTake(out Frame frame)
    {
        var rest = new ReadOnlySpan<byte>(_bytes, _start, _end - _start);
        frame = default;
        if (rest.Length < Frame.Overhead)
            return false;
        uint size = BinaryPrimitives.ReadUInt32BigEndian(rest[3..]);
        if (size > _bytes.Length - Frame.Overhead)
            throw new LoadException("the peer does not speak AMQP 0-9-1");
        int length = (int)size + Frame.Overhead;
        if (rest.Length < length)
            return false;
        if (rest[length - 1] != Frame.End)
            throw new LoadException("the broker sent a frame without its end");
        frame = new Frame((FrameType)rest[0], BinaryPrimitives.ReadUInt16BigEndian(rest[1..]), rest.Slice(Frame.HeaderSize, (int)size));
        _start += length;
        return true;
    }

    private void Compact()
    {
        _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
        _end -= _start;
        _start = 0;
    }
}
