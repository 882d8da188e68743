using Amqp.Storage.Paging;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Blocks;

/// <summary>The unit of memory for payloads: payloads of transient messages, or an extent of a segment's log.</summary>
/// <remarks>
/// <see cref="State"/> counts its users. <see cref="Memory"/> may be read after one atomic step has pinned the block and found it resident.
/// The other fields are set before the block is published in the table, except for those that name another owner.
/// </remarks>
internal sealed unsafe class Block
{
    private BlockState _state;

    /// <summary>Counts the users of the block, and says if its bytes are in memory. Changed by any thread.</summary>
    public ref BlockState State => ref _state;

    /// <summary>Index in the <see cref="BlockTable"/>.</summary>
    public int Number { get; set; }

    /// <summary>The bytes. Valid only while the block is resident and pinned.</summary>
    public byte* Memory { get; set; }

    /// <summary>Bytes of memory that the block takes while it is resident.</summary>
    public int Capacity { get; set; }

    /// <summary>The segment that holds the block; null for a transient block.</summary>
    public Segment? Segment { get; set; }

    /// <summary>
    /// The location of a transient block in a page file; null until it is paged out. Set by the pager while it pins the block.
    /// </summary>
    public PagedBlock? Page { get; set; }

    /// <summary>Offset of the block in the segment's file, in bytes. Not used if <see cref="Pieces"/> is set.</summary>
    public long FileOffset { get; set; }

    /// <summary>
    /// The parts of the block in the file, if it is not contiguous there: gathered records, or what compaction left of the block. Null
    /// otherwise.
    /// Owned by <see cref="SegmentLayout"/>.
    /// </summary>
    public BlockPiece[]? Pieces { get; set; }

    /// <summary>The parts of the block in the file, one or several.</summary>
    public BlockPiece[] AllPieces => Pieces ?? [new BlockPiece(0, FileOffset, Length)];

    /// <summary>
    /// True if messages in the block also went to queues that are not in the
    /// log. Owned by the log's lock while the block is open, then fixed.
    /// </summary>
    public bool HasUnloggedQueues { get; set; }

    /// <summary>Bytes appended to the block. Owned by the log's lock while the block is open, then fixed.</summary>
    public int Length { get; set; }

    /// <summary>Bytes of the block written to the file. Owned by the committer.</summary>
    public int Written { get; set; }

    /// <summary>
    /// Damaged ranges within the block, found by loading; null if there are none. A
    /// damaged block never becomes resident. Owned by the monitor of this object.
    /// </summary>
    public List<Range>? Damage { get; set; }

    /// <summary>
    /// True if the bytes were read from a file, now or earlier, rather than
    /// appended here. Set by the loader before the block becomes resident.
    /// </summary>
    public bool WasRead { get; set; }

    /// <summary>Neighbours in <see cref="List"/>, whose owner owns both.</summary>
    public Block? Older { get; set; }

    /// <inheritdoc cref="Older"/>
    public Block? Newer { get; set; }

    /// <summary>The list that contains the block, or null. Owned by the owner of that list.</summary>
    public BlockList? List { get; set; }
}
