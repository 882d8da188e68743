namespace Amqp.Storage.Blocks;

/// <summary>The blocks in memory whose bytes are also in a file, oldest first, and the bound on their bytes. Thread-safe.</summary>
/// <remarks>
/// A block is recycled only after it left this list under the lock, so the evictor, who holds the lock, never looks at
/// a block that has become another one.
/// </remarks>
internal sealed unsafe class ResidentBlocks(BlockMemory memory, long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly BlockList _blocks = new(); // owned by _gate

    /// <summary>Bytes of memory that can be had back at any time.</summary>
    public long Bytes => _blocks.Bytes;

    /// <summary>Called for each block that was evicted, under a lock: handlers only count. Set before the first block.</summary>
    public Action? Evicted { get; init; }

    /// <summary>Adds a resident block as the newest and evicts the oldest ones beyond the bound. The caller pins the block.</summary>
    public void Add(Block block)
    {
        lock (_gate)
        {
            _blocks.Add(block);
            Block? next = _blocks.Oldest;
            while (_blocks.Bytes > maxBytes && next is not null)
            {
                Block candidate = next;
                next = candidate.Newer;
                byte* bytes = candidate.Memory; // before the swap: afterwards it may belong to a reader that loads the block again
                if (!candidate.State.TryEvict())
                    continue; // being read, or about to be retired: both will be over soon
                _blocks.Remove(candidate);
                memory.Return(bytes, candidate.Capacity);
                Evicted?.Invoke();
            }
        }
    }

    /// <summary>Forgets a finished block, if it is here.</summary>
    public void Remove(Block block)
    {
        lock (_gate)
            _blocks.Remove(block);
    }
}
