namespace Amqp.Storage.Blocks;

/// <summary>
/// A list of blocks in the order in which they were added, with the sum of their bytes. The owner's lock guards all members except
/// <see cref="Bytes"/>.
/// </summary>
/// <remarks>A block is in at most one list (<see cref="Block.List"/>).</remarks>
internal sealed class BlockList
{
    private Block? _newest;
    private long _bytes;

    /// <summary>
    /// The block that was added first; null if the list is empty. Each block refers to the next one by <see cref="Block.Newer"/>.
    /// </summary>
    public Block? Oldest { get; private set; }

    /// <summary>Bytes of memory of all blocks in the list. Read by any thread.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Adds a block that is in no list.</summary>
    public void Add(Block block)
    {
        (block.Older, block.Newer, block.List) = (_newest, null, this);
        if (_newest is null)
            Oldest = block;
        else
            _newest.Newer = block;
        _newest = block;
        Volatile.Write(ref _bytes, _bytes + block.Capacity);
    }

    /// <summary>Removes a block, if it is in this list.</summary>
    public void Remove(Block block)
    {
        if (block.List != this)
            return;
        if (block.Older is null)
            Oldest = block.Newer;
        else
            block.Older.Newer = block.Newer;
        if (block.Newer is null)
            _newest = block.Older;
        else
            block.Newer.Older = block.Older;
        (block.Older, block.Newer, block.List) = (null, null, null);
        Volatile.Write(ref _bytes, _bytes - block.Capacity);
    }
}
