namespace Amqp.Storage.Blocks;

/// <summary>The evictable blocks in memory, oldest first, with a limit on their bytes. Thread-safe.</summary>
/// <remarks>
/// A block leaves this list before its object is reused. Evictions happen under the list's lock, so a reused block is never evicted.
/// </remarks>
internal sealed unsafe class ResidentBlocks(BlockMemory memory, long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly BlockList _blocks = new(); // guarded by _lock

    public long Bytes => _blocks.Bytes;

    /// <summary>Called under a lock for each evicted block, so the handler must be short. Set before the first block is added.</summary>
    public Action? Evicted { get; init; }

    /// <summary>
    /// Adds a block in memory as the newest. If the limit is exceeded, evicts the oldest blocks. The caller must have pinned the new block.
    /// </summary>
    public void Add(Block block)
    {
        lock (_lock)
        {
            _blocks.Add(block);
            Block? next = _blocks.Oldest;
            while (_blocks.Bytes > maxBytes && next is not null)
            {
                Block candidate = next;
                next = candidate.Newer;
                // read before the eviction: after the eviction, another thread may load the block and change its property Memory
                byte* bytes = candidate.Memory;
                if (!candidate.State.TryEvict())
                    // The block is pinned or about to be retired. A later call evicts the block if it is still in the list.
                    continue;
                _blocks.Remove(candidate);
                memory.Return(bytes, candidate.Capacity);
                Evicted?.Invoke();
            }
        }
    }

    /// <summary>Removes a finished block, if it is in the list.</summary>
    public void Remove(Block block)
    {
        lock (_lock)
            _blocks.Remove(block);
    }
}
