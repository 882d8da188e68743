using Amqp.Storage.Paging;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Blocks;

/// <summary>The unit of memory for payloads: payloads of transient messages, or records of a segment.</summary>
/// <remarks>
/// <see cref="State"/> counts its references and pins. <see cref="Memory"/> may be read after one atomic step has pinned the block and
/// found it resident. A field that names no owner is set before other threads get the block's number, and does not change after that.
/// </remarks>
internal sealed unsafe class Block
{
    private BlockState _state;

    /// <summary>Counts the references and pins of the block, and says if its bytes are in memory. Changed by any thread.</summary>
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
    /// The parts of the block in the segment's file, if the block is not contiguous there, because it was gathered or compacted; otherwise
    /// null. Owned by <see cref="SegmentLayout"/>.
    /// </summary>
    public BlockPiece[]? Pieces { get; set; }

    /// <summary>The parts of the block in the segment's file: <see cref="Pieces"/>, or the whole block as one part.</summary>
    public BlockPiece[] AllPieces => Pieces ?? [new BlockPiece(0, FileOffset, Length)];

    /// <summary>
    /// True if messages in the block also went to queues that are not durable, so that
    /// their records do not name all queues. Owned by the log's lock while the block is open, then fixed.
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
    /// True once the bytes have been read from a file; false while they are in memory since they
    /// were appended. Set by the loader before the block becomes resident.
    /// </summary>
    public bool WasRead { get; set; }

    /// <summary>The next older block in <see cref="List"/>. Owned by the owner of that list.</summary>
    public Block? Older { get; set; }

    /// <summary>The next newer block in <see cref="List"/>. Owned by the owner of that list.</summary>
    public Block? Newer { get; set; }

    /// <summary>The list that contains the block, or null. Owned by the owner of that list.</summary>
    public BlockList? List { get; set; }
}
