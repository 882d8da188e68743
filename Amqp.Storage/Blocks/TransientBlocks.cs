namespace Amqp.Storage.Blocks;

/// <summary>The closed blocks of transient messages that are in memory only, oldest first. Thread-safe.</summary>
/// <remarks>
/// A block is removed from this list before its object is reused. <see cref="PinOldest"/> holds the lock of the list, so it never pins a
/// reused block.
/// </remarks>
/// <param name="maxBytes">Bytes of memory above which <see cref="Exceeded"/> is called.</param>
internal sealed class TransientBlocks(long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly BlockList _blocks = new(); // guarded by _lock

    public long Bytes => _blocks.Bytes;

    /// <summary>
    /// Called for each block that is added while the memory is above the limit. Called on any thread, so the handler must only schedule
    /// work. Set before the first block is added.
    /// </summary>
    public Action? Exceeded { get; set; }

    /// <summary>Adds a block. Call before closing the block.</summary>
    public void Add(Block block)
    {
        lock (_lock)
            _blocks.Add(block);
        if (Bytes > maxBytes)
            Exceeded?.Invoke();
    }

    /// <summary>Removes a block that is finished or paged out, if it is in the list.</summary>
    public void Remove(Block block)
    {
        lock (_lock)
            _blocks.Remove(block);
    }

    /// <summary>Pins the oldest block that has references and no readers. The block stays in this list.</summary>
    public Block? PinOldest()
    {
        lock (_lock)
        {
            for (Block? block = _blocks.Oldest; block is not null; block = block.Newer)
            {
                if (block.State.TryPinIdle())
                    return block;
            }
            return null;
        }
    }
}
