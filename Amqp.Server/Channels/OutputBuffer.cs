using System.Buffers;

namespace Amqp.Server.Channels;

/// <summary>Buffers the octets to be sent, in blocks from a pool. The outbox's lock guards the buffer.</summary>
internal sealed class OutputBuffer(MemoryPool<byte> pool) : IBufferWriter<byte>
{
    /// <summary>Largest size of a block, in bytes, if the pool sets no limit of its own.</summary>
    private const int LargestBlock = 64 * 1024;

    private readonly int _blockSize = Math.Min(pool.MaxBufferSize, LargestBlock);
    private readonly Queue<OutputBlock> _full = new();
    private IMemoryOwner<byte>? _owner; // the last block, to which octets are appended
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

    /// <summary>Returns the total size in bytes of the blocks that hold this number of octets.</summary>
    public long MemoryOf(long octets) => (octets + _blockSize - 1) / _blockSize * _blockSize;

    /// <summary>Takes the first block.</summary>
    /// <returns>False if the buffer is empty.</returns>
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
            _owner?.Dispose(); // an empty block that is too small is returned to the pool
        _owner = pool.Rent();
        if (_owner.Memory.Length < size)
        {
            _owner.Dispose();
            _owner = MemoryPool<byte>.Shared.Rent(size);
        }
        (_memory, _used) = (_owner.Memory, 0);
    }
}

/// <summary>A block of octets to be sent.</summary>
/// <param name="Owner">Owner of the block's memory. Disposed of when the octets are sent.</param>
/// <param name="Octets">The octets that are not sent yet.</param>
internal readonly record struct OutputBlock(IMemoryOwner<byte> Owner, Memory<byte> Octets);
