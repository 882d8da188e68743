using Amqp.Storage.Records;

namespace Amqp.Storage.Segments;

/// <summary>One file of the log. docs/store-format.md describes the contents.</summary>
/// <remarks>
/// The log's lock guards mutable state while the segment is open; then the state is fixed. Exceptions are marked.
/// A segment is alive while something needs it: the appender, blocks, or spilled messages, which are found through its index.
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

    /// <summary>Path of the log file.</summary>
    public string Path { get; } = path;

    /// <summary>
    /// Bytes of the log file, header included. Compaction changes it once more: then owned by <see cref="SegmentLayout"/>.
    /// </summary>
    public long Length { get; set; } = FileHeader.Size;

    /// <summary>Cost of the messages appended to it, times queues: see <see cref="MessageRecord.Cost"/>.</summary>
    public long MessageBytes { get; set; }

    /// <summary>
    /// The part of <see cref="MessageBytes"/> that is not settled: about the
    /// size that compaction would leave. Higher for messages in several queues.
    /// </summary>
    public long LiveBytes => MessageBytes - Volatile.Read(ref _settledBytes);

    /// <summary>
    /// Position up to which the log must be written before the segment may be deleted, because settles of its messages are bound to it.
    /// </summary>
    public long BoundPosition => Volatile.Read(ref _boundPosition);

    /// <summary>Bytes of the log that only repeat delivered marks of deleted segments.</summary>
    public long RepeatedBytes { get; set; }

    /// <summary>Id of the oldest segment with messages that this one settles.</summary>
    public long OldestSettled { get; set; } = id;

    /// <summary>True once the index is in place. Then the messages can be spilled.</summary>
    public bool IsIndexed => _blocks is not null;

    /// <summary>
    /// The extents in which the log is read; null until the segment has an index.
    /// Set by the housekeeper; changed only with <see cref="SegmentLayout"/> held.
    /// </summary>
    public BlockExtent[]? Blocks
    {
        get => _blocks;
        set => _blocks = value;
    }

    /// <summary>True if there is a file of acknowledgements. Owned by the housekeeper once the store runs.</summary>
    public bool HasAcknowledgements { get; set; }

    /// <summary>Ids of older segments that this one's settles were folded into. Set by the housekeeper, read by the committer.</summary>
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

    /// <summary>True from compaction until the compacted log is in place. Set by the housekeeper, cleared by the committer.</summary>
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

    /// <summary>Number of blocks and spilled messages that need the segment.</summary>
    public int NeededWhileOpen => Volatile.Read(ref _needed) - 1;

    public void BlockOpened() => Interlocked.Increment(ref _needed);

    /// <summary>Releases the segment for a block: no message of it is needed any more, and it is written.</summary>
    public void BlockFinished() => Release(1);

    /// <summary>Counts spilled messages. Call while their blocks still need the segment.</summary>
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
    /// Position up to which the log must be written before the settles may count; 0 if they depend on nothing.
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
