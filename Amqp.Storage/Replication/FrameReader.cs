namespace Amqp.Storage.Replication;

/// <summary>Reads whole frames from a source of bytes. Used by one thread.</summary>
/// <param name="fill">Copies bytes into the span. Returns their number; 0 if there are none now.</param>
internal sealed class FrameReader(FrameReader.Source fill)
{
    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    public delegate int Source(Span<byte> target);

    /// <summary>Reads the next frame. It is valid until the next call.</summary>
    /// <returns>False if the source has no whole frame now.</returns>
    /// <exception cref="InvalidDataException">The bytes are no frame.</exception>
    public bool TryRead(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        int wanted = sizeof(uint);
        while (true)
        {
            if (_end - _start >= sizeof(uint))
                wanted = OperationFrame.ReadSize(_buffer.AsSpan(_start));
            if (_end - _start >= wanted && wanted > sizeof(uint))
                break;
            MakeRoom(wanted);
            int count = fill(_buffer.AsSpan(_end));
            if (count <= 0)
                return false;
            _end += count;
        }
        frame = _buffer.AsSpan(_start, wanted);
        _start += wanted;
        return true;
    }

    private void MakeRoom(int wanted)
    {
        if (_buffer.Length - _start >= wanted && _buffer.Length > _end)
            return;
        byte[] target = wanted > _buffer.Length ? new byte[Math.Max(wanted, _buffer.Length * 2)] : _buffer;
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        (_buffer, _start, _end) = (target, 0, _end - _start);
    }
}
