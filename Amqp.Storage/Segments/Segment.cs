using Amqp.Storage.Records;

namespace Amqp.Storage.Segments;

/// <summary>One file of the log. docs/store-format.md describes the contents.</summary>
/// <remarks>
/// While the segment is open, the log's lock guards the mutable state. Once the segment is sealed, the state does not
/// change. Members with another owner name that owner. A segment is alive while something needs it: the appender, blocks, or
/// spilled messages, which are found through its index.
/// </remarks>
internal sealed class Segment(long id, string path, Action<Segment> dead)
{
    private int _needed = 1; // unfinished blocks, spilled messages, and one for being open
    private long _settledBytes; // changed with Interlocked
    private long _boundPosition; // changed with Interlocked
    private volatile BlockExtent[]? _blocks;
    private volatile HashSet<long>? _foldedInto;
    private volatile bool _isBeingFolded;
    private volatile bool _isBeingCompacted;

    /// <summary>Id of the segment, ascending in log order from 1. Also its file name.</summary>
    public long Id { get; } = id;

    /// <summary>Path of the segment's file.</summary>
    public string Path { get; } = path;

    /// <summary>
    /// Bytes of the segment's file, header included. Compaction changes this length of a sealed segment, with
    /// <see cref="SegmentLayout"/> held exclusively.
    /// </summary>
    public long Length { get; set; } = FileHeader.Size;

    /// <summary>
    /// Cost of the messages appended to the segment: see <see cref="MessageRecord.Cost"/>. A message counts once for each of its queues.
    /// </summary>
    public long MessageBytes { get; set; }

    /// <summary>
    /// The part of <see cref="MessageBytes"/> that is not settled. Compaction would leave a file of about this size. The file would be
    /// smaller if messages are in several queues, because it contains each message once.
    /// </summary>
    public long LiveBytes => MessageBytes - Volatile.Read(ref _settledBytes);

    /// <summary>
    /// Position up to which the log must be written before the segment may be deleted: settles of its messages are bound to the records
    /// before that position.
    /// </summary>
    public long BoundPosition => Volatile.Read(ref _boundPosition);

    /// <summary>Bytes of the segment's records that only repeat delivered marks of deleted segments.</summary>
    public long RepeatedBytes { get; set; }

    /// <summary>Id of the oldest segment that may hold messages settled by this one.</summary>
    public long OldestSettled { get; set; } = id;

    /// <summary>True once the index is in place. Then the messages can be spilled.</summary>
    public bool IsIndexed => _blocks is not null;

    /// <summary>
    /// The extents that are read as one block each; null until the segment has an index.
    /// Set by the housekeeper; changed only with <see cref="SegmentLayout"/> held exclusively.
    /// </summary>
    public BlockExtent[]? Blocks
    {
        get => _blocks;
        set => _blocks = value;
    }

    /// <summary>True if the segment has a file of acknowledgements. Owned by the housekeeper once the store runs.</summary>
    public bool HasAcknowledgements { get; set; }

    /// <summary>Ids of the older segments that have this segment's settles in their acknowledgements. Set by the housekeeper.</summary>
    public HashSet<long>? FoldedInto
    {
        get => _foldedInto;
        set => _foldedInto = value;
    }

    /// <summary>True while a fold is requested. Set by the committer, cleared by the housekeeper.</summary>
    public bool IsBeingFolded
    {
        get => _isBeingFolded;
        set => _isBeingFolded = value;
    }

    /// <summary>True from compaction until the compacted file is in place. Set by the housekeeper, cleared by the committer.</summary>
    public bool IsBeingCompacted
    {
        get => _isBeingCompacted;
        set => _isBeingCompacted = value;
    }

    /// <summary>
    /// True if the files are about to be deleted. Owned by the monitor of this object, which is also held to put an index in place.
    /// </summary>
    public bool IsDeleted { get; set; }

    /// <summary>True if nothing needs the segment any more.</summary>
    public bool IsDead => Volatile.Read(ref _needed) == 0;

    /// <summary>Number of blocks and spilled messages that need the segment. Valid only while the segment is open.</summary>
    public int NeededWhileOpen => Volatile.Read(ref _needed) - 1;

    public void BlockOpened() => Interlocked.Increment(ref _needed);

    /// <summary>Releases the segment for a block that is written and has no unsettled message any more.</summary>
    public void BlockFinished() => Release(1);

    /// <summary>Keeps the segment for spilled messages. Call while their blocks still need the segment.</summary>
    public void Hold(int messages) => Interlocked.Add(ref _needed, messages);

    /// <summary>Releases the segment for spilled messages that were loaded into blocks or settled.</summary>
    public void Release(int messages)
    {
        if (Interlocked.Add(ref _needed, -messages) == 0)
            dead(this);
    }

    /// <summary>Counts settled messages. Call while the messages still need the segment.</summary>
    /// <param name="messages">Number of messages.</param>
    /// <param name="bytes">Bytes of their payloads.</param>
    /// <param name="boundTo">
    /// Position up to which the log must be written before the settles may count; 0 if the settles depend on no earlier record.
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

    /// <summary>Closes the segment for appending.</summary>
    public void Seal() => Release(1);
}
