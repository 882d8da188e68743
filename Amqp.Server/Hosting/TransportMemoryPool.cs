using System.Buffers;
using System.Runtime.InteropServices;
using Amqp.Server.Broker.Alarms;

namespace Amqp.Server.Hosting;

/// <summary>Pool of memory blocks for the data of sockets. A block is 16 times as large as in Kestrel's own pool. Thread-safe.</summary>
/// <remarks>The block that was returned last is rented first. <see cref="Trim"/> releases unused blocks to the garbage collector.</remarks>
internal sealed class TransportMemoryPool : MemoryPool<byte>
{
    /// <summary>Size of a block, in bytes.</summary>
    public const int BlockSize = 65_536;

    private readonly Lock _lock = new();
    private readonly List<Block> _free = [];
    private int _leastFree; // lowest count of free blocks since the last trim
    private bool _disposed;

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockSize;

    /// <summary>Number of blocks that are not rented.</summary>
    public int FreeBlocks
    {
        get
        {
            lock (_lock)
                return _free.Count;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The size is larger than a block.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
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

    /// <summary>Of the blocks that were never needed since the last call, releases half (rounded up).</summary>
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
            // A second return of a block is ignored: otherwise two connections could rent the same block.
            if (!block.IsRented || _disposed)
                return;
            block.IsRented = false;
            _free.Add(block);
        }
    }

    // The array is pinned, because it must not move while the kernel uses it.
    private sealed class Block(TransportMemoryPool pool) : IMemoryOwner<byte>
    {
        public bool IsRented { get; set; } = true; // guarded by the pool's lock

        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(
            GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true), 0, BlockSize);

        public void Dispose() => pool.Return(this);
    }
}
