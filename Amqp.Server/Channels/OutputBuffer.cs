using System.Buffers;

namespace Amqp.Server.Channels;

/// <summary>Octets on their way out, in blocks: written at the end, taken a block at a time from the front.</summary>
/// <remarks>The lock of the outbox guards it. A block that was taken belongs to the taker. While nothing waits it holds no memory.</remarks>
internal sealed class OutputBuffer(MemoryPool<byte> pool) : IBufferWriter<byte>
{
    private readonly Queue<OutputBlock> _full = new();
    private IMemoryOwner<byte>? _owner; // of the block being written
    private Memory<byte> _memory;
    private int _used;

    /// <inheritdoc/>
    public void Advance(int count) => _used += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_memory.Length - _used < Math.Max(sizeHint, 1))
            Begin(sizeHint);
        return _memory[_used..];
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (_memory.Length - _used < Math.Max(sizeHint, 1))
            Begin(sizeHint);
        return _memory.Span[_used..];
    }

    /// <summary>Takes the first block that has octets.</summary>
    /// <returns>False when nothing waits.</returns>
    public bool TryTake(out OutputBlock block)
    {
        if (_full.TryDequeue(out block))
            return true;
        if (_used == 0)
            return false;
        block = new OutputBlock(_owner!, _memory[.._used]);
        (_owner, _memory, _used) = (null, default, 0);
        return true;
    }

    private void Begin(int size)
    {
        if (_used > 0)
            _full.Enqueue(new OutputBlock(_owner!, _memory[.._used]));
        else
            _owner?.Dispose(); // too small for what is asked
        _owner = pool.Rent();
        if (_owner.Memory.Length < size)
        {
            _owner.Dispose();
            _owner = MemoryPool<byte>.Shared.Rent(size);
        }
        (_memory, _used) = (_owner.Memory, 0);
    }
}

/// <summary>Some octets to be sent, and what to give back afterwards.</summary>
internal readonly record struct OutputBlock(IMemoryOwner<byte> Owner, Memory<byte> Octets);
