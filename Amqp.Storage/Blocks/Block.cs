namespace Amqp.Storage;

/// <summary>Whole records of a block that stand behind one another in the segment's log.</summary>
internal readonly record struct BlockPiece
{
    private readonly uint _fileOffset; // a segment is shorter than 4 GiB; there may be one of these for each message that is read

    public BlockPiece(int offset, long fileOffset, int length)
    {
        (Offset, Length) = (offset, length);
        _fileOffset = checked((uint)fileOffset);
    }

    /// <summary>Where they begin in the block, in bytes.</summary>
    public int Offset { get; }

    /// <summary>Bytes.</summary>
    public int Length { get; }

    /// <summary>Where they begin in the file.</summary>
    public long FileOffset => _fileOffset;
}

/// <summary>The unit of memory: payloads of transient messages, or a piece of the log that lies in one segment.</summary>
/// <remarks>
/// One word says who needs it, and every change of that word is atomic, so there is one rule for each question:
/// <list type="bullet">
/// <item>It is finished when nothing refers to it and nothing pins it. References are the messages times queues not settled,
/// plus <see cref="OpenBias"/> while it is appended to. Pins are readers, plus one of the committer until a log block is written,
/// and one of the pager while it writes a transient one. Nobody refers to or pins a block anew but through an unsettled message, or as the
/// pager from a word with references, so it finishes once; who brought it there retires it.</item>
/// <item><see cref="Memory"/> may be read by whoever pinned the block and saw <see cref="Resident"/> in the same atomic step.
/// The evictor clears <see cref="Resident"/> by compare-and-swap from a word without pins but its own, so no reader is left and the next one sees it cleared.</item>
/// </list>
/// The other fields are set before the block is published in the table, but for those that name another owner.
/// </remarks>
internal sealed unsafe class Block
{
    // | - 1 bit | resident 1 bit | - 6 bits | pins 16 bits | references 40 bits |
    public const long Resident = 1L << 62;
    public const long Pin = 1L << 40;

    /// <summary>Stands for the appender, whose own count of what it appended comes in only when it closes the block.</summary>
    public const long OpenBias = 1L << 36;

    private const long AnyPin = 0xFFFF * Pin;
    private const long AnyReference = Pin - 1;

    private long _state;

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

    /// <summary>Messages times queues not settled, while it is open: what its appender counted and what is gone of it.</summary>
    public long LiveWhileOpen(long appended) => (Volatile.Read(ref _state) & AnyReference) - OpenBias + appended;

    public void Start(long state) => Volatile.Write(ref _state, state);

    /// <summary>Whether its bytes are in memory at this moment. For whoever knows of an unsettled message in it.</summary>
    public bool IsResidentNow => IsResident(Volatile.Read(ref _state));

    /// <summary>Adds references or pins, or takes them away.</summary>
    /// <returns>The word after the change.</returns>
    public long Change(long difference) => Interlocked.Add(ref _state, difference);

    public void MarkResident() => Interlocked.Or(ref _state, Resident);

    public static bool IsFinished(long state) => (state & (AnyPin | AnyReference)) == 0;

    public static bool IsResident(long state) => (state & Resident) != 0;

    /// <summary>Pins it if somebody refers to it, and so keeps it from being another block.</summary>
    public bool TryPin()
    {
        while (true)
        {
            long state = Volatile.Read(ref _state);
            if ((state & AnyReference) == 0)
                return false;
            if (Interlocked.CompareExchange(ref _state, state + Pin, state) == state)
                return true;
        }
    }

    /// <summary>Takes the memory away, if somebody still refers to the block but nobody pins it now.</summary>
    public bool TryEvict()
    {
        long state = Volatile.Read(ref _state);
        return IsResident(state) && (state & AnyPin) == 0 && (state & AnyReference) != 0
            && Interlocked.CompareExchange(ref _state, state & ~Resident, state) == state;
    }

    /// <summary>Pins the block, if somebody refers to it but nobody pins it now. For the pager, which has no message of it.</summary>
    public bool TryPinIdle()
    {
        long state = Volatile.Read(ref _state);
        while ((state & AnyPin) == 0 && (state & AnyReference) != 0)
        {
            long seen = Interlocked.CompareExchange(ref _state, state + Pin, state);
            if (seen == state)
                return true;
            state = seen;
        }
        return false;
    }

    /// <summary>Takes the memory away and with it the caller's pin, if somebody still refers to the block and nobody else pins it now.</summary>
    public bool TryEvictAndUnpin()
    {
        long state = Volatile.Read(ref _state);
        while ((state & AnyPin) == Pin && (state & AnyReference) != 0)
        {
            long seen = Interlocked.CompareExchange(ref _state, (state & ~Resident) - Pin, state);
            if (seen == state)
                return true;
            state = seen;
        }
        return false;
    }
}
