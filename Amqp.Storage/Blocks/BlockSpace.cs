using Amqp.Storage.Configuration;
using Amqp.Storage.Messages;
using Amqp.Storage.Paging;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Blocks;

/// <summary>Opens the blocks of a store, reads from blocks, and frees blocks that are not used any more. Thread-safe.</summary>
internal sealed unsafe class BlockSpace : IDisposable
{
    private readonly BlockMemory _memory;
    private readonly BlockTable _table = new();
    private readonly EvictedBlocks _evicted;

    public BlockSpace(StoreOptions options, BlockLoader? loader = null)
    {
        _memory = new BlockMemory(options.BlockSize);
        Residents = new ResidentBlocks(_memory, options.ResidentBytes) { Evicted = () => _evicted!.Enter() };
        _evicted = new EvictedBlocks(loader, _memory, Residents);
        Transients = new TransientBlocks(options.MaxTransientBytesInMemory);
    }

    /// <summary>
    /// Bytes of memory of all blocks that cannot be evicted. Evictable blocks do not count: they are only a cache, and must not cause
    /// publishers to be blocked.
    /// </summary>
    public long MemoryInUse => Math.Max(_memory.InUse - Residents.Bytes, 0);

    /// <summary>The evictable blocks: written blocks of the log, and transient blocks that are paged out.</summary>
    public ResidentBlocks Residents { get; }

    /// <summary>The closed transient blocks, which may be paged out.</summary>
    public TransientBlocks Transients { get; }

    /// <summary>True if no block is evicted: the payloads in all blocks are in memory.</summary>
    public bool IsAllInMemory => _evicted.Count == 0;

    /// <summary>Number of times that a block was filled from a file.</summary>
    public long Reads => _evicted.Reads;

    public Block this[int number] => _table[number];

    /// <summary>Opens a block for appending.</summary>
    /// <param name="bytes">Minimum capacity.</param>
    /// <param name="segment">The segment of the block; null for a transient block.</param>
    /// <param name="fileOffset">Offset of the block in the segment's file.</param>
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

    /// <summary>Creates a block for written records. The block is loaded when needed.</summary>
    /// <param name="segment">The segment with the records.</param>
    /// <param name="fileOffset">Offset of the block in the segment's file.</param>
    /// <param name="length">Bytes of the block.</param>
    /// <param name="references">Number of unsettled messages; more than 0. A message counts once for each of its queues.</param>
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

    /// <summary>
    /// Opens a block for copies of scattered records of a segment. Only the caller may use the block until <see cref="CloseGathered"/>.
    /// </summary>
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

    public static Span<byte> FreeSpan(Block block, int bytes) => new(block.Memory + block.Length, bytes);

    /// <summary>Closes a block from <see cref="Gather"/>. Other threads may then use the block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="pieces">Locations of the block's records in the segment.</param>
    public void CloseGathered(Block block, BlockPiece[] pieces)
    {
        block.Pieces = pieces;
        block.WasRead = true;
        _evicted.CountRead();
        Residents.Add(block);
        Change(block, -BlockState.OpenBias - BlockState.Pin);
    }

    /// <summary>Closes a block: nothing more is appended.</summary>
    /// <param name="block">An open block.</param>
    /// <param name="references">Number of appended messages. A message counts once for each of its queues.</param>
    public void Close(Block block, long references)
    {
        if (block.Segment is null)
            Transients.Add(block); // added before the close, because another thread may free a closed block at any time
        Change(block, references - BlockState.OpenBias);
    }

    /// <summary>Adds a number to the block's references or pins. Frees the block if it then has no references and no pins.</summary>
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

    /// <summary>Returns the payload of an unsettled message, if the payload is in memory.</summary>
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

    /// <summary>
    /// Writes a transient block to a page file. Then frees the block's memory, or makes the block evictable if another thread reads it.
    /// </summary>
    /// <param name="block">A block from <see cref="TransientBlocks.PinOldest"/>. This method releases the pin.</param>
    /// <param name="folder">The folder of page files.</param>
    /// <exception cref="IOException">The block cannot be written and stays in memory.</exception>
    /// <exception cref="UnauthorizedAccessException">The block cannot be written and stays in memory.</exception>
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
        byte* memory = block.Memory; // read before the eviction, because a reader that loads the evicted block changes the property
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

    /// <summary>
    /// Frees the memory of all blocks. A pinned block keeps its memory until it has no pins and no references. After this call, loading a
    /// block throws <see cref="ObjectDisposedException"/>.
    /// </summary>
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

    /// <summary>Returns the blocks of a segment. Each block is pinned until the enumeration moves on to the next one.</summary>
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

    /// <summary>Loads a block on another thread, because the caller expects to read it soon.</summary>
    public void ReadAhead(Block block) => ThreadPool.UnsafeQueueUserWorkItem(
        static work => work.Space.LoadAhead(work.Block), (Space: this, Block: block), preferLocal: false);

    private static void Begin(Block block, Segment? segment, long fileOffset, int length)
    {
        (block.Segment, block.FileOffset, block.Pieces, block.HasUnloggedQueues) = (segment, fileOffset, null, false);
        (block.Length, block.Written, block.Damage, block.WasRead) = (length, length, null, false);
    }

    /// <summary>Loads the bytes of a block that the caller has pinned for reading a message. If the load fails, releases the pin.</summary>
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
