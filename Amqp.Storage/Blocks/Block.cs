using Amqp.Storage.Paging;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Blocks;

/// <summary>The unit of memory: payloads of transient messages, or a piece of the log that lies in one segment.</summary>
/// <remarks>
/// <see cref="State"/> says who needs it. <see cref="Memory"/> may be read by whoever pinned the block and saw it resident in the same atomic step.
/// The other fields are set before the block is published in the table, but for those that name another owner.
/// </remarks>
internal sealed unsafe class Block
{
    private BlockState _state;

    /// <summary>Who needs it, and whether its bytes are in memory. Changed by any thread.</summary>
    public ref BlockState State => ref _state;

    /// <summary>Place in the <see cref="BlockTable"/>.</summary>
    public int Number { get; set; }

    /// <summary>The bytes; meaningful only as said above.</summary>
    public byte* Memory { get; set; }

    /// <summary>Bytes of memory it has or, when not resident, takes.</summary>
    public int Capacity { get; set; }

    /// <summary>The segment it is part of; null when transient.</summary>
    public Segment? Segment { get; set; }

    /// <summary>Where the bytes of a transient one are, once it was paged out; else null. Set by the pager, with a pin.</summary>
    public PagedBlock? Page { get; set; }

    /// <summary>Where it starts in the segment's file, in bytes, unless it has <see cref="Pieces"/>.</summary>
    public long FileOffset { get; set; }

    /// <summary>Where its bytes are when they are not one piece: records gathered from afar, or what a compacted segment has left. Owned by <see cref="SegmentLayout"/>.</summary>
    public BlockPiece[]? Pieces { get; set; }

    /// <summary>Where its bytes are, in one piece or several.</summary>
    public BlockPiece[] AllPieces => Pieces ?? [new BlockPiece(0, FileOffset, Length)];

    /// <summary>Whether messages in it also went to queues that the log does not know. Owned by the log's lock while it is open, then fixed.</summary>
    public bool HasOthersMessages { get; set; }

    /// <summary>Bytes appended to it. Owned by the log's lock while it is open, then fixed.</summary>
    public int Length { get; set; }

    /// <summary>Bytes written to the file. Owned by the committer.</summary>
    public int Written { get; set; }

    /// <summary>Where loading found it damaged, as ranges within the block; then it never becomes resident. Owned by the monitor of this object.</summary>
    public List<Range>? Damage { get; set; }

    /// <summary>Whether its bytes were read from a file, now or earlier, and not appended in this place. Set before it becomes resident, by who reads them.</summary>
    public bool WasRead { get; set; }

    /// <summary>Neighbours in <see cref="List"/>, which owns both.</summary>
    public Block? Older { get; set; }

    /// <inheritdoc cref="Older"/>
    public Block? Newer { get; set; }

    /// <summary>The list it is in, which owns this, or null.</summary>
    public BlockList? List { get; set; }
}
