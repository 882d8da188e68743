using Amqp.Storage.Records;

namespace Amqp.Storage.Segments;

/// <summary>One file of the log. docs/store-format.md describes the contents.</summary>
/// <remarks>
/// If the comment of a member names no guard, the log's lock guards the member, and the member does not change after the segment is sealed.
/// A sealed segment is dead when its blocks have no unsettled messages, and no message has its entry only in the index.
/// </remarks>
internal sealed class Segment(long id, string path, Action<Segment> dead)
{
    // Number of unfinished blocks + number of messages whose entries are only in the index + 1 while the segment is open.
    private int _needed = 1; // changed with Interlocked
    private long _settledBytes; // changed with Interlocked
    private long _boundPosition; // changed with Interlocked
    private volatile BlockExtent[]? _blocks;
    private volatile HashSet<long>? _foldedInto;
    private volatile bool _isBeingFolded;
    private volatile bool _isBeingCompacted;

    /// <summary>Id of the segment, also used in its file name. Ids begin with 1, and ascend in the order of the log.</summary>
    public long Id { get; } = id;

    public string Path { get; } = path;

    /// <summary>
    /// Bytes of the segment's file, header included. In a sealed segment, only compaction changes the length, under the exclusive lock of
    /// <see cref="SegmentLayout"/>.
    /// </summary>
    public long Length { get; set; } = FileHeader.Size;

    /// <summary>
    /// Bytes of all messages appended to the segment, as computed by <see cref="MessageRecord.Cost"/>. A message counts once for each of
    /// its queues.
    /// </summary>
    public long MessageBytes { get; set; }

    /// <summary>
    /// The part of <see cref="MessageBytes"/> that belongs to unsettled messages. A compacted file has at most about this size.
    /// </summary>
    public long LiveBytes => MessageBytes - Volatile.Read(ref _settledBytes);

    /// <summary>
    /// Position up to which the log must be written before the segment may be deleted. Until then, some records that settle the segment's
    /// messages are not valid yet.
    /// </summary>
    public long BoundPosition => Volatile.Read(ref _boundPosition);

    /// <summary>Bytes of records in this segment that are copies of delivered marks from deleted segments.</summary>
    public long RepeatedBytes { get; set; }

    /// <summary>Id of the oldest segment that may contain messages which this segment's settle records list.</summary>
    public long OldestSettled { get; set; } = id;

    /// <summary>True once the segment has an index. Without an index, entries of the segment's messages must stay in memory.</summary>
    public bool IsIndexed => _blocks is not null;

    /// <summary>
    /// The ranges of the segment's file that are each read as one block; null until the segment has an index. Compaction changes the ranges
    /// only under the exclusive lock of <see cref="SegmentLayout"/>.
    /// </summary>
    public BlockExtent[]? Blocks
    {
        get => _blocks;
        set => _blocks = value;
    }

    /// <summary>True if the segment has an acknowledgement file. After recovery, only the housekeeper uses this property.</summary>
    public bool HasAcknowledgements { get; set; }

    /// <summary>Ids of the older segments whose acknowledgement files contain this segment's settles. Set by the housekeeper.</summary>
    public HashSet<long>? FoldedInto
    {
        get => _foldedInto;
        set => _foldedInto = value;
    }

    /// <summary>
    /// True while a request to copy the segment's settles to older segments is pending. Set by the committer, cleared by the housekeeper.
    /// </summary>
    public bool IsBeingFolded
    {
        get => _isBeingFolded;
        set => _isBeingFolded = value;
    }

    /// <summary>
    /// True while the segment is being compacted. The housekeeper sets the property. The committer clears it when the compacted file has
    /// replaced the old file.
    /// </summary>
    public bool IsBeingCompacted
    {
        get => _isBeingCompacted;
        set => _isBeingCompacted = value;
    }

    /// <summary>
    /// True if the segment's files are about to be deleted. The monitor of the segment guards this property. A thread that renames a new
    /// index holds the same monitor.
    /// </summary>
    public bool IsDeleted { get; set; }

    /// <summary>True if nothing needs the segment any more.</summary>
    public bool IsDead => Volatile.Read(ref _needed) == 0;

    /// <summary>Number of unfinished blocks. Valid only while the segment is open.</summary>
    public int NeededWhileOpen => Volatile.Read(ref _needed) - 1;

    public void BlockOpened() => Interlocked.Increment(ref _needed);

    /// <summary>Records that a block of the segment is written and has no unsettled message any more.</summary>
    public void BlockFinished() => Release(1);

    /// <summary>
    /// Keeps the segment while entries of these messages are only in the index. Call before the blocks of these messages are released.
    /// </summary>
    public void Hold(int messages) => Interlocked.Add(ref _needed, messages);

    /// <summary>Undoes <see cref="Hold"/> for messages whose entries were loaded or that were settled.</summary>
    public void Release(int messages)
    {
        if (Interlocked.Add(ref _needed, -messages) == 0)
            dead(this);
    }

    /// <summary>Counts settled messages. Call before the segment can become dead.</summary>
    /// <param name="messages">Number of messages.</param>
    /// <param name="bytes">Payload bytes of these messages.</param>
    /// <param name="boundTo">
    /// Position up to which the log must be written before the settles become valid; 0 if the settles depend on no record.
    /// </param>
    public void Settle(int messages, long bytes, long boundTo = 0)
    {
        Interlocked.Add(ref _settledBytes, MessageRecord.Cost(messages, bytes));
        long bound = Volatile.Read(ref _boundPosition);
        while (bound < boundTo)
        {
            long seen = Interlocked.CompareExchange(ref _boundPosition, boundTo, bound);
            if (seen == bound)
                return;
            bound = seen;
        }
    }

    /// <summary>Records that nothing is appended to the segment any more.</summary>
    public void Seal() => Release(1);
}
