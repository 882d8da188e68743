namespace Amqp.Storage.Blocks;

/// <summary>Closed blocks of transient messages, oldest first. These blocks are only in memory. Thread-safe.</summary>
/// <remarks>
/// A block leaves this list before its object is reused. Pins are added under the list's lock, so a reused block is never pinned.
/// </remarks>
/// <param name="maxBytes">Limit on the memory. Above the limit, <see cref="Exceeded"/> is called.</param>
internal sealed class TransientBlocks(long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly BlockList _blocks = new(); // guarded by _lock

    public long Bytes => _blocks.Bytes;

    /// <summary>
    /// Called on any thread for each block that is added above the limit. The handler must only schedule work. Set before the first block
    /// is added.
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
