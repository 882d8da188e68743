using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Blocks;

/// <summary>Counts and loads the evicted blocks, whose bytes are only in a file. Thread-safe.</summary>
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

    public long Reads => Volatile.Read(ref _reads);

    /// <summary>Counts a block that the caller has evicted.</summary>
    public void Enter() => Interlocked.Increment(ref _count);

    /// <summary>Stops counting a block that was loaded or finished.</summary>
    public void Leave() => Interlocked.Decrement(ref _count);

    public void CountRead() => Interlocked.Increment(ref _reads);

    /// <summary>Makes later calls of <see cref="MakeReadable"/> fail.</summary>
    public void Close() => _closed = true;

    /// <summary>Loads a block so that a message in it can be read. The caller must have pinned the block.</summary>
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

    /// <summary>Loads a block of the log if its bytes are not in memory. The caller must have pinned the block. Ignores errors.</summary>
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
            // Ignored: a later read of the block throws the same error.
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
            // A damaged block stays in memory for its intact messages. It is not marked as resident, so each read checks for damage.
            return;
        block.State.MarkResident();
        Leave();
        residents.Add(block);
    }
}
