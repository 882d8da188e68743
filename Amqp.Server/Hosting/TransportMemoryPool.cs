using System.Buffers;
using System.Runtime.InteropServices;
using Amqp.Server.Broker.Alarms;

namespace Amqp.Server.Hosting;

/// <summary>Blocks for what sockets receive and send: large, so that one system call moves what would take sixteen of Kestrel's own.</summary>
/// <remarks>
/// Thread-safe. The block given back last is handed out first, as it is still in the processor's caches; so those at the
/// bottom are the ones that nobody needed, and <see cref="Trim"/> leaves them to the garbage collector.
/// </remarks>
internal sealed class TransportMemoryPool : MemoryPool<byte>
{
    /// <summary>Bytes in a block.</summary>
    public const int BlockSize = 65_536;

    private readonly Lock _lock = new();
    private readonly List<Block> _free = [];
    private int _leastFree; // since the last trim
    private bool _disposed;

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockSize;

    /// <summary>Blocks that wait to be rented.</summary>
    public int FreeBlocks
    {
        get
        {
            lock (_lock)
                return _free.Count;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">More than a block is asked for.</exception>
    /// <exception cref="ObjectDisposedException">The pool's transport is gone.</exception>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_free.Count > 0)
            {
                Block block = _free[^1];
                _free.RemoveAt(_free.Count - 1);
                _leastFree = Math.Min(_leastFree, _free.Count);
                block.IsRented = true;
                return block;
            }
        }

        return new Block(this);
    }

    /// <summary>Lets go of half the blocks, rounded up, that were free ever since the last call.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            int unneeded = (_leastFree + 1) / 2;
            _free.RemoveRange(0, unneeded);
            UnusedHeap.Note((long)unneeded * BlockSize);
            _leastFree = _free.Count;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            _disposed = true;
            _free.Clear();
            _leastFree = 0;
        }
    }

    private void Return(Block block)
    {
        lock (_lock)
        {
            // A block given back twice would end up with two connections.
            if (!block.IsRented || _disposed)
                return;
            block.IsRented = false;
            _free.Add(block);
        }
    }

    // Pinned arrays have a heap of their own, so reads and writes of the kernel keep no other object from moving.
    private sealed class Block(TransportMemoryPool pool) : IMemoryOwner<byte>
    {
        public bool IsRented { get; set; } = true; // guarded by the pool's lock

        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(
            GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true), 0, BlockSize);

        public void Dispose() => pool.Return(this);
    }
}
