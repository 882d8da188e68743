using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Blocks;

/// <summary>Loads evicted blocks, whose bytes are in a file only, and counts the blocks that are evicted. Thread-safe.</summary>
/// <param name="loader">Reads blocks of the log; null without a log.</param>
/// <param name="memory">Memory for loaded blocks.</param>
/// <param name="residents">Receives the loaded blocks.</param>
internal sealed unsafe class EvictedBlocks(BlockLoader? loader, BlockMemory memory, ResidentBlocks residents)
{
    private long _count; // _count and _reads are changed with Interlocked
    private long _reads;
    private volatile bool _closed;

    /// <summary>Number of evicted blocks.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Number of reads of payloads from files.</summary>
    public long Reads => Volatile.Read(ref _reads);

    /// <summary>Counts a block that was evicted.</summary>
    public void Enter() => Interlocked.Increment(ref _count);

    /// <summary>Counts a block that was loaded or finished.</summary>
    public void Leave() => Interlocked.Decrement(ref _count);

    /// <summary>Counts a read of payloads from a file.</summary>
    public void CountRead() => Interlocked.Increment(ref _reads);

    /// <summary>Rejects further reads.</summary>
    public void Close() => _closed = true;

    /// <summary>
    /// Loads a block for a message. The caller's pin keeps the block from being evicted or retired; the block's
    /// monitor keeps other threads from loading the block too.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    /// <exception cref="StoreDamagedException">The message is damaged.</exception>
    /// <exception cref="IOException">The block cannot be read now.</exception>
    public void MakeReadable(Block block, in StoredMessage message)
    {
        ObjectDisposedException.ThrowIf(_closed || loader is null, this);
        lock (block)
        {
            if (BlockState.IsResident(block.State.Change(0)))
                return;
            if (block.Damage is null)
                Load(block);
            if (block.Damage is not null && block.Page is { } page)
                throw page.Damage();
            if (block.Damage is { } damage)
                BlockLoader.ThrowIfDamaged(block, damage, message);
        }
    }

    /// <summary>Loads a pinned block of the log, if it is not loaded yet. Ignores errors.</summary>
    public void LoadAhead(Block block)
    {
        if (_closed)
            return;
        try
        {
            lock (block)
            {
                if (block.Segment is not null && !BlockState.IsResident(block.State.Change(0)) && block.Damage is null)
                    Load(block);
            }
        }
        catch (Exception)
        {
            // A later read of the block throws the same error.
        }
    }

    private void Load(Block block)
    {
        byte* bytes = memory.Rent(block.Capacity);
        try
        {
            var target = new Span<byte>(bytes, block.Length);
            block.Damage = block.Page is { } page ? page.Load(target) : loader!.Load(block, target);
        }
        catch
        {
            memory.Return(bytes, block.Capacity);
            throw;
        }
        block.Memory = bytes;
        block.WasRead = true;
        CountRead();
        if (block.Damage is not null)
            return; // kept in memory for the intact messages, but not marked resident, so that each read checks for damage
        block.State.MarkResident();
        Leave();
        residents.Add(block);
    }
}
