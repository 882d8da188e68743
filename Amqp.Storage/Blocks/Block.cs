using Amqp.Storage.Paging;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Blocks;

/// <summary>A unit of memory that holds message payloads: transient messages, or records of a segment of the log.</summary>
/// <remarks>
/// A thread may read <see cref="Memory"/> after one atomic step has pinned the block and found it resident. After other threads have
/// learned the block's number, a property no longer changes, unless its comment names a thread or a lock.
/// </remarks>
internal sealed unsafe class Block
{
    private BlockState _state;

    /// <summary>
    /// References and pins of the block, and a flag that is set while its bytes are in memory. Any thread may change the state.
    /// </summary>
    public ref BlockState State => ref _state;

    public int Number { get; set; }

    /// <summary>
    /// Address of the block's bytes. Valid only while the block is resident and pinned. Changed by the thread that loads the block.
    /// </summary>
    public byte* Memory { get; set; }

    /// <summary>Bytes of memory that the block takes while it is resident.</summary>
    public int Capacity { get; set; }

    /// <summary>The segment that holds the block; null for a transient block.</summary>
    public Segment? Segment { get; set; }

    /// <summary>
    /// Location of a transient block in a page file; null until the block is paged out. Set by the pager, while it pins the block.
    /// </summary>
    public PagedBlock? Page { get; set; }

    /// <summary>Offset of the block in the segment's file, in bytes. Not used if <see cref="Pieces"/> is set.</summary>
    public long FileOffset { get; set; }

    /// <summary>
    /// The parts of a block that is not contiguous in its file; null if it is contiguous. The lock <see cref="SegmentLayout"/> guards the
    /// array.
    /// </summary>
    public BlockPiece[]? Pieces { get; set; }

    /// <summary>The parts of the block in the segment's file: <see cref="Pieces"/>, or the whole block as one part.</summary>
    public BlockPiece[] AllPieces => Pieces ?? [new BlockPiece(0, FileOffset, Length)];

    /// <summary>
    /// True if messages in the block also went to queues that are not durable. The log's lock guards the value while the block is open.
    /// </summary>
    public bool HasUnloggedQueues { get; set; }

    /// <summary>
    /// Bytes appended to the block. Guarded by the log's lock while the block is open; constant after the block is closed.
    /// </summary>
    public int Length { get; set; }

    /// <summary>Bytes of the block that are already in the segment's file. Used by the committer only.</summary>
    public int Written { get; set; }

    /// <summary>Damaged ranges of the block, found when the block was loaded; null if none. The block's monitor guards the list.</summary>
    public List<Range>? Damage { get; set; }

    /// <summary>True if the bytes in memory were read from a file. Set by the loader before the block becomes resident.</summary>
    public bool WasRead { get; set; }

    /// <summary>The block that was added to <see cref="List"/> just before this block. Guarded by the lock that guards the list.</summary>
    public Block? Older { get; set; }

    /// <summary>The block that was added to <see cref="List"/> just after this block. Guarded by the lock that guards the list.</summary>
    public Block? Newer { get; set; }

    /// <summary>The list that contains the block, or null. Guarded by the lock that guards the list.</summary>
    public BlockList? List { get; set; }
}
