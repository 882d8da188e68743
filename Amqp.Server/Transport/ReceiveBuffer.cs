using System.Buffers;

namespace Amqp.Server.Transport;

/// <summary>The octets of a connection that were received and are not consumed, in one piece. Has no memory while it is empty.</summary>
/// <remarks>Not thread-safe. One piece is cheaper to read than a list of blocks, because a frame is never cut.</remarks>
internal sealed class ReceiveBuffer(MemoryPool<byte> blocks) : ReadOnlySequenceSegment<byte>
{
    private IMemoryOwner<byte>? _owner;
    private Memory<byte> _memory;
    private int _start;
    private int _examined;
    private int _end;
    private int _nextSize; // 0 for a block of the pool; larger if the last frames did not fit into a block

    /// <summary>True if there are octets which the reader has not examined.</summary>
    public bool HasNews => _end > _examined;

    /// <summary>The octets that are not consumed.</summary>
    public ReadOnlySequence<byte> Octets => _owner is null ? default : new ReadOnlySequence<byte>(this, _start, this, _end);

    /// <summary>Returns the free space after the octets, which is at least half of the buffer.</summary>
    public Span<byte> Space()
    {
        if (_owner is null)
            Take(_nextSize);
        else if (_memory.Length - _end < _memory.Length / 2)
            MakeRoom();
        return _memory.Span[_end..];
    }

    /// <summary>Notes that this number of octets was written to <see cref="Space"/>. Releases the memory if the buffer is empty.</summary>
    public void Add(int octets)
    {
        _end += octets;
        if (_start == _end)
            Release();
    }

    /// <summary>Consumes the octets before a position of <see cref="Octets"/>. Releases the memory if no octets are left.</summary>
    public void Consume(SequencePosition consumed, SequencePosition examined)
    {
        if (_owner is null)
            return;
        (_start, _examined) = (consumed.GetInteger(), examined.GetInteger());
        if (_start == _end)
            Release();
    }

    /// <summary>Discards the octets and releases the memory.</summary>
    public void Release()
    {
        _owner?.Dispose();
        (_owner, _memory, Memory) = (null, default, default);
        if (_end <= blocks.MaxBufferSize)
            _nextSize = 0;
        _start = _examined = _end = 0;
    }

    private void MakeRoom()
    {
        var (owner, octets, examined) = (_owner!, _memory[_start.._end], _examined - _start);
        if (octets.Length <= _memory.Length / 2)
        {
            octets.Span.CopyTo(_memory.Span);
        }
        else
        {
            _nextSize = (int)Math.Min(2L * _memory.Length, Array.MaxLength);
            Take(_nextSize);
            octets.Span.CopyTo(_memory.Span);
            owner.Dispose();
        }
        (_start, _examined, _end) = (0, examined, octets.Length);
    }

    private void Take(int size)
    {
        _owner = size <= blocks.MaxBufferSize ? blocks.Rent() : MemoryPool<byte>.Shared.Rent(size);
        _memory = _owner.Memory;
        Memory = _memory;
    }
}
