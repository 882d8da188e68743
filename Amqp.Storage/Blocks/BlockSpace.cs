using Amqp.Storage.Configuration;
using Amqp.Storage.Messages;
using Amqp.Storage.Paging;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Blocks;

/// <summary>All blocks of a store: opens them, reads from them, and takes their memory back when nobody needs them. Thread-safe.</summary>
internal sealed unsafe class BlockSpace : IDisposable
{
    private readonly BlockMemory _memory;
    private readonly BlockTable _table = new();
    private readonly EvictedBlocks _evicted;

    /// <param name="options">Sizes and bounds.</param>
    /// <param name="loader">Reads evicted blocks; null when there is no log.</param>
    public BlockSpace(StoreOptions options, BlockLoader? loader = null)
    {
        _memory = new BlockMemory(options.BlockSize);
        Residents = new ResidentBlocks(_memory, options.ResidentBytes) { Evicted = () => _evicted!.Enter() };
        _evicted = new EvictedBlocks(loader, _memory, Residents);
        Transients = new TransientBlocks(options.MaxTransientBytesInMemory);
    }

    /// <summary>Bytes of memory held by blocks, without those that may be evicted: a cache is no reason to stop publishers.</summary>
    public long MemoryInUse => Math.Max(_memory.InUse - Residents.Bytes, 0);

    /// <summary>The blocks that may be evicted: of the log when written, transient ones when paged out.</summary>
    public ResidentBlocks Residents { get; }

    /// <summary>The closed transient blocks that may be paged out.</summary>
    public TransientBlocks Transients { get; }

    /// <summary>Whether the payloads of all unsettled messages whose entries are in memory are there, too.</summary>
    public bool IsAllInMemory => _evicted.Count == 0;

    /// <summary>How often payloads were read from a file.</summary>
    public long Reads => _evicted.Reads;

    public Block this[int number] => _table[number];

    /// <summary>A block to append to, with room for at least this many bytes.</summary>
    /// <param name="bytes">Of room.</param>
    /// <param name="segment">Where it is to be written, or null for a transient one.</param>
    /// <param name="fileOffset">Where it starts in the segment's file.</param>
    public Block Open(int bytes, Segment? segment = null, long fileOffset = 0)
    {
        Block block = _table.Rent();
        block.Capacity = _memory.CapacityFor(bytes);
        block.Memory = _memory.Rent(block.Capacity);
        Begin(block, segment, fileOffset, length: 0);
        segment?.BlockOpened();
        block.State.Start(BlockState.Resident + BlockState.OpenBias + (segment is null ? 0 : BlockState.Pin));
        return block;
    }

    /// <summary>A written block that is read when needed.</summary>
    /// <param name="segment">Where it is.</param>
    /// <param name="fileOffset">Where it starts there, in bytes.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="references">Messages times queues in it that are not settled; more than 0.</param>
    public Block Recover(Segment segment, long fileOffset, int length, long references)
    {
        Block block = _table.Rent();
        block.Capacity = _memory.CapacityFor(length);
        Begin(block, segment, fileOffset, length);
        segment.BlockOpened();
        _evicted.Enter();
        block.State.Start(references);
        return block;
    }

    /// <summary>A block for copies of records that stand far apart in a segment. Open, and its caller's alone, until <see cref="CloseGathered"/>.</summary>
    public Block Gather(Segment segment, int bytes)
    {
        Block block = _table.Rent();
        block.Capacity = BlockMemory.CapacityForGathered(bytes);
        block.Memory = _memory.Rent(block.Capacity);
        Begin(block, segment, fileOffset: 0, length: 0);
        segment.BlockOpened();
        block.State.Start(BlockState.Resident + BlockState.OpenBias + BlockState.Pin);
        return block;
    }

    /// <summary>Room for the next record in a block that is being gathered.</summary>
    public static Span<byte> RoomIn(Block block, int bytes) => new(block.Memory + block.Length, bytes);

    /// <summary>Nothing more is gathered: the block is as any other that was read.</summary>
    /// <param name="block">From <see cref="Gather"/>.</param>
    /// <param name="pieces">Where its records are.</param>
    public void CloseGathered(Block block, BlockPiece[] pieces)
    {
        block.Pieces = pieces;
        block.WasRead = true;
        _evicted.NoteRead();
        Residents.Add(block);
        Change(block, -BlockState.OpenBias - BlockState.Pin);
    }

    /// <summary>Nothing is appended to the block any more.</summary>
    /// <param name="block">An open block.</param>
    /// <param name="references">Messages times queues that were appended while it was open.</param>
    public void Close(Block block, long references)
    {
        if (block.Segment is null)
            Transients.Add(block); // first: once it is closed, it may be finished
        Change(block, references - BlockState.OpenBias);
    }

    /// <summary>Takes references or pins away; whoever takes the last one retires the block.</summary>
    public void Change(Block block, long difference)
    {
        long state = block.State.Change(difference);
        if (BlockState.IsFinished(state))
            Retire(block, state);
    }

    /// <inheritdoc cref="IMessageStore.Read"/>
    public PayloadLease Read(scoped in StoredMessage message)
    {
        Block block = _table[message.Block];
        if (!BlockState.IsResident(block.State.Change(BlockState.Pin)))
            MakeReadable(block, message);
        return new PayloadLease(this, block, message.Offset, message.Length);
    }

    /// <summary>The payload of an unsettled message, if that is in memory.</summary>
    public bool TryReadInMemory(scoped in StoredMessage message, out PayloadLease payload)
    {
        Block block = _table[message.Block];
        if (BlockState.IsResident(block.State.Change(BlockState.Pin)))
        {
            payload = new PayloadLease(this, block, message.Offset, message.Length);
            return true;
        }
        Change(block, -BlockState.Pin);
        payload = default;
        return false;
    }

    /// <summary>Writes a transient block to a page file and gives its memory back, at once or when its readers are done.</summary>
    /// <param name="block">From <see cref="TransientBlocks.PinOldest"/>, with that pin, which goes.</param>
    /// <param name="folder">Where to.</param>
    /// <exception cref="IOException">It cannot be written; it stays where it is.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void PageOut(Block block, PageFolder folder)
    {
        try
        {
            block.Page = folder.Write(new ReadOnlySpan<byte>(block.Memory, block.Length));
        }
        catch
        {
            Change(block, -BlockState.Pin);
            throw;
        }
        Transients.Remove(block);
        byte* memory = block.Memory; // before the swap: afterwards it may belong to a reader that loads the block again
        int capacity = block.Capacity;
        if (block.State.TryEvictAndUnpin())
        {
            _evicted.Enter();
            _memory.Return(memory, capacity);
            return;
        }
        Residents.Add(block);
        Change(block, -BlockState.Pin);
    }

    /// <summary>Gives all memory back but what is pinned, which comes back with its last pin. Reads then throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _evicted.Close();
        foreach (Block block in _table.All)
        {
            Transients.Remove(block);
            Residents.Remove(block);
            byte* memory = block.Memory;
            if (block.State.TryEvict())
                _memory.Return(memory, block.Capacity);
        }
        _memory.Dispose();
    }

    /// <summary>The blocks that are part of a segment, each pinned while the caller has it.</summary>
    public IEnumerable<Block> BlocksOf(Segment segment)
    {
        foreach (Block block in _table.All)
        {
            if (!block.State.TryPin())
                continue;
            try
            {
                if (block.Segment == segment)
                    yield return block;
            }
            finally
            {
                Change(block, -BlockState.Pin);
            }
        }
    }

    /// <summary>Has a block loaded that will be read soon, on another thread.</summary>
    public void ReadAhead(Block block) => ThreadPool.UnsafeQueueUserWorkItem(static work => work.Space.LoadAhead(work.Block), (Space: this, Block: block), preferLocal: false);

    private static void Begin(Block block, Segment? segment, long fileOffset, int length)
    {
        (block.Segment, block.FileOffset, block.Pieces, block.HasOthersMessages) = (segment, fileOffset, null, false);
        (block.Length, block.Written, block.Damage, block.WasRead) = (length, length, null, false);
    }

    /// <summary>Brings the bytes of a pinned block back for a message, or gives up the pin.</summary>
    private void MakeReadable(Block block, in StoredMessage message)
    {
        try
        {
            _evicted.MakeReadable(block, message);
        }
        catch
        {
            Change(block, -BlockState.Pin);
            throw;
        }
    }

    private void LoadAhead(Block block)
    {
        if (!block.State.TryPin())
            return;
        try
        {
            _evicted.LoadAhead(block);
        }
        finally
        {
            Change(block, -BlockState.Pin);
        }
    }

    private void Retire(Block block, long state)
    {
        Segment? segment = block.Segment;
        PagedBlock? page = block.Page;
        if (segment is null && page is null)
            Transients.Remove(block);
        else
            Residents.Remove(block);
        if (!BlockState.IsResident(state))
            _evicted.Leave();
        if (BlockState.IsResident(state) || block.Damage is not null)
            _memory.Return(block.Memory, block.Capacity);
        block.Segment = null;
        block.Page = null;
        block.Damage = null;
        block.State.Start(0);
        _table.Return(block);
        segment?.BlockFinished();
        page?.Release();
    }
}
