using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Blocks;

/// <summary>The blocks whose bytes are not in memory but in a file: how many there are, and how they come back. Thread-safe.</summary>
/// <param name="loader">Reads blocks of the log; null when there is no log.</param>
/// <param name="memory">Where their bytes go.</param>
/// <param name="residents">Receives those that are back.</param>
internal sealed unsafe class EvictedBlocks(BlockLoader? loader, BlockMemory memory, ResidentBlocks residents)
{
    private long _count; // this and the next changed with Interlocked
    private long _reads;
    private volatile bool _closed;

    /// <summary>How many there are.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>How often payloads were read from a file.</summary>
    public long Reads => Volatile.Read(ref _reads);

    /// <summary>One more.</summary>
    public void Enter() => Interlocked.Increment(ref _count);

    /// <summary>One is in memory again, or finished.</summary>
    public void Leave() => Interlocked.Decrement(ref _count);

    /// <summary>Payloads were read from a file.</summary>
    public void NoteRead() => Interlocked.Increment(ref _reads);

    /// <summary>Nothing more is read.</summary>
    public void Close() => _closed = true;

    /// <summary>Loads a block for a message. The caller's pin keeps the evictor and the settlers off, the monitor other readers.</summary>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    /// <exception cref="StoreDamagedException">The message is not what was written.</exception>
    /// <exception cref="IOException">It cannot be read now.</exception>
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

    /// <summary>Loads a block of the log that the caller pinned, if that is to be done and can be.</summary>
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
            // Whoever reads from it will hear of it, whatever it is.
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
        NoteRead();
        if (block.Damage is not null)
            return; // stays in memory for the messages that are intact, and off the fast path for the sake of those that are not
        block.State.MarkResident();
        Leave();
        residents.Add(block);
    }
}
