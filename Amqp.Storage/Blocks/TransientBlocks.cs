namespace Amqp.Storage.Blocks;

/// <summary>The closed blocks of transient messages that are in memory only, oldest first. Thread-safe.</summary>
/// <remarks>As with <see cref="ResidentBlocks"/>, a block is recycled only after it left this list under the lock.</remarks>
/// <param name="maxBytes">Above this <see cref="Exceeded"/> is called.</param>
internal sealed class TransientBlocks(long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly BlockList _blocks = new(); // owned by _gate

    /// <summary>Bytes of memory they have.</summary>
    public long Bytes => _blocks.Bytes;

    /// <summary>Called with each block that comes in above the bound, on any thread: handlers only schedule work. Set before the first block.</summary>
    public Action? Exceeded { get; set; }

    /// <summary>Adds a block to which nothing is appended any more, before that is said of it.</summary>
    public void Add(Block block)
    {
        lock (_gate)
            _blocks.Add(block);
        if (Bytes > maxBytes)
            Exceeded?.Invoke();
    }

    /// <summary>Forgets a block that is finished or in a file now, if it is here.</summary>
    public void Remove(Block block)
    {
        lock (_gate)
            _blocks.Remove(block);
    }

    /// <summary>Pins the oldest block that is still needed and that nobody reads now. It stays here.</summary>
    public Block? PinOldest()
    {
        lock (_gate)
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
