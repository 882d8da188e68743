using System.Buffers.Binary;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>Bytes read from a socket, cut into frames where they lie. Owned by one thread.</summary>
/// <remarks>Unlike <see cref="FrameReader"/> it checks only what it needs to find the next frame: the other end is trusted, and time counts.</remarks>
/// <param name="frameMax">The largest frame that may come, in bytes.</param>
internal sealed class FrameBuffer(int frameMax)
{
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(2 * frameMax);
    private int _start; // of what is not taken yet
    private int _end;

    /// <summary>Where to read to; never empty once all whole frames are taken. Moves what is left of the last read when the rest gets short.</summary>
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

    /// <summary>So many bytes were read to <see cref="Room"/>.</summary>
    public void Filled(int count) => _end += count;

    /// <summary>Takes the next frame if all of it is there.</summary>
    /// <param name="frame">Its payload is borrowed until the next use of <see cref="Room"/>.</param>
    /// <exception cref="LoadException">What came is no frame.</exception>
    public bool TryTake(out Frame frame)
    {
        var rest = new ReadOnlySpan<byte>(_bytes, _start, _end - _start);
        frame = default;
        if (rest.Length < Frame.Overhead)
            return false;
        uint size = BinaryPrimitives.ReadUInt32BigEndian(rest[3..]);
        if (size > _bytes.Length - Frame.Overhead)
            throw new LoadException("what answers there does not speak AMQP 0-9-1");
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
