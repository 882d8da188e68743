namespace Amqp.Storage;

/// <summary>The written log blocks that are in memory, oldest first, and the bound on their bytes. Thread-safe.</summary>
/// <remarks>
/// A block is recycled only after it left this list under the lock, so the evictor, who holds the lock, never looks at
/// a block that has become another one.
/// </remarks>
internal sealed unsafe class ResidentBlocks(BlockMemory memory, long maxBytes)
{
    private readonly Lock _gate = new();
    private Block? _oldest; // owned by _gate, as are the links
    private Block? _newest;
    private long _bytes;

    /// <summary>Bytes of memory that can be had back at any time.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Adds a resident block as the newest and evicts the oldest ones beyond the bound. The caller pins the block.</summary>
    public void Add(Block block)
    {
        lock (_gate)
        {
            Append(block);
            Volatile.Write(ref _bytes, _bytes + block.Capacity);
            Block? next = _oldest;
            while (_bytes > maxBytes && next is not null)
            {
                Block candidate = next;
                next = candidate.Newer;
                byte* bytes = candidate.Memory; // before the swap: afterwards it may belong to a reader that loads the block again
                if (!candidate.TryEvict())
                    continue; // being read, or about to be retired: both will be over soon
                Unlink(candidate);
                memory.Return(bytes, candidate.Capacity);
            }
        }
    }

    /// <summary>Forgets a finished block, if it is here.</summary>
    public void Remove(Block block)
    {
        lock (_gate)
        {
            if (block.IsListed)
                Unlink(block);
        }
    }

    private void Append(Block block)
    {
        (block.Older, block.Newer, block.IsListed) = (_newest, null, true);
        if (_newest is null)
            _oldest = block;
        else
            _newest.Newer = block;
        _newest = block;
    }

    private void Unlink(Block block)
    {
        if (block.Older is null)
            _oldest = block.Newer;
        else
            block.Older.Newer = block.Newer;
        if (block.Newer is null)
            _newest = block.Older;
        else
            block.Newer.Older = block.Older;
        (block.Older, block.Newer, block.IsListed) = (null, null, false);
        Volatile.Write(ref _bytes, _bytes - block.Capacity);
    }
}
