namespace Amqp.Storage.Blocks;

/// <summary>The evictable blocks in memory, oldest first, with a limit on their bytes. Thread-safe.</summary>
/// <remarks>
/// A block is reused only after it was removed from here under the lock. So the evictor, which holds the lock, never sees a reused block.
/// </remarks>
internal sealed unsafe class ResidentBlocks(BlockMemory memory, long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly BlockList _blocks = new(); // owned by _lock

    /// <summary>Bytes of memory that can be freed at any time.</summary>
    public long Bytes => _blocks.Bytes;

    /// <summary>Called under a lock for each evicted block: handlers must only count. Set before the first block is added.</summary>
    public Action? Evicted { get; init; }

    /// <summary>Adds a resident block as the newest, and evicts the oldest ones above the limit. The caller pins the block.</summary>
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
                byte* bytes = candidate.Memory; // read before the eviction: afterwards a reader that loads the block may change it
                if (!candidate.State.TryEvict())
                    continue; // pinned, so a later call evicts it; or about to be retired, and then removed
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
