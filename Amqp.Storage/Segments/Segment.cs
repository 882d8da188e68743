using Amqp.Storage.Records;

namespace Amqp.Storage.Segments;

/// <summary>One file of the log. See docs/store-format.md for what is in it.</summary>
/// <remarks>
/// What can change belongs to the log's lock while the segment is open and is fixed afterwards, but for what says otherwise.
/// It is alive while somebody needs it: the appender, blocks, and messages that left memory and are found again by the index.
/// </remarks>
internal sealed class Segment(long id, string path, Action<Segment> dead)
{
    private int _needed = 1; // blocks not finished, messages that left memory, and one for being open
    private long _settledBytes; // changed with Interlocked
    private long _boundPosition; // changed with Interlocked
    private volatile BlockPlace[]? _blocks;
    private volatile HashSet<long>? _foldedInto;
    private volatile bool _isBeingFolded;
    private volatile bool _isBeingCompacted;

    /// <summary>Ascending in the order of the log, from 1; also in the file's name.</summary>
    public long Id { get; } = id;

    /// <summary>Of its log.</summary>
    public string Path { get; } = path;

    /// <summary>Bytes of its log, with the file's header. Changes once more when it is compacted: owned by <see cref="SegmentLayout"/> then.</summary>
    public long Length { get; set; } = FileHeader.Size;

    /// <summary>Bytes of messages appended to it, times queues, as <see cref="MessageRecord.Cost"/> counts them.</summary>
    public long MessageBytes { get; set; }

    /// <summary>Of these, what no queue is done with: about what is left when it is compacted, more when messages are in several queues.</summary>
    public long LiveBytes => MessageBytes - Volatile.Read(ref _settledBytes);

    /// <summary>Position up to which the log must be written before the segment may go: some of its messages were settled for the sake of what is there.</summary>
    public long BoundPosition => Volatile.Read(ref _boundPosition);

    /// <summary>Bytes of it that only repeat delivered marks of segments gone.</summary>
    public long RepeatedBytes { get; set; }

    /// <summary>The oldest segment whose messages this one settles.</summary>
    public long OldestSettled { get; set; } = id;

    /// <summary>True once its index is in its place: its messages can leave memory.</summary>
    public bool IsIndexed => _blocks is not null;

    /// <summary>The pieces its log is read in; null until it is indexed. Set by the housekeeper, and with <see cref="SegmentLayout"/> held to change.</summary>
    public BlockPlace[]? Blocks
    {
        get => _blocks;
        set => _blocks = value;
    }

    /// <summary>True when it has a file of acknowledgements. Owned by the housekeeper once the store runs.</summary>
    public bool HasAcknowledgements { get; set; }

    /// <summary>Older segments that keep by themselves what this one settles of them. Set by the housekeeper, read by the committer.</summary>
    public HashSet<long>? FoldedInto
    {
        get => _foldedInto;
        set => _foldedInto = value;
    }

    /// <summary>True while the housekeeper was asked to fold it. Set by the committer, cleared by the housekeeper.</summary>
    public bool IsBeingFolded
    {
        get => _isBeingFolded;
        set => _isBeingFolded = value;
    }

    /// <summary>True from when the housekeeper compacted it until the committer put that in place. Set by the one, cleared by the other.</summary>
    public bool IsBeingCompacted
    {
        get => _isBeingCompacted;
        set => _isBeingCompacted = value;
    }

    /// <summary>True when its files are about to go. Owned by the monitor of this object, under which an index gets its place.</summary>
    public bool IsGone { get; set; }

    /// <summary>True when nobody needs it any more.</summary>
    public bool IsDead => Volatile.Read(ref _needed) == 0;

    /// <summary>What needs it, but for the appender.</summary>
    public int NeededWhileOpen => Volatile.Read(ref _needed) - 1;

    public void BlockOpened() => Interlocked.Increment(ref _needed);

    /// <summary>Nothing in the block is needed any more, and it is written.</summary>
    public void BlockFinished() => Release(1);

    /// <summary>Messages leave memory. Their blocks still need the segment.</summary>
    public void Hold(int messages) => Interlocked.Add(ref _needed, messages);

    /// <summary>Messages that left memory are back in it, in blocks, or settled.</summary>
    public void Release(int messages)
    {
        if (Interlocked.Add(ref _needed, -messages) == 0)
            dead(this);
    }

    /// <summary>Queues are done with messages. Called while it is needed for them.</summary>
    /// <param name="messages">How many.</param>
    /// <param name="bytes">Of their payloads.</param>
    /// <param name="boundTo">Position up to which the log must be written before the segment may go for it; 0: at once.</param>
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

    /// <summary>Nothing is appended to it any more.</summary>
    public void Seal() => Release(1);
}
