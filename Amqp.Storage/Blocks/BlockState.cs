namespace Amqp.Storage.Blocks;

/// <summary>
/// The state of a <see cref="Block"/> in one word: its references, its pins, and a flag that is set while its bytes are in memory.
/// Thread-safe.
/// </summary>
/// <remarks>
/// Every change of the word is atomic:
/// <list type="bullet">
/// <item>
/// A reference is one unsettled message in one queue; <see cref="OpenBias"/> is added while the block is open. A thread that reads or
/// writes the bytes has a pin. The committer keeps its pin until a block of the log is written.
/// </item>
/// <item>
/// A block is finished when it has no references and no pins. The thread that finishes a block retires the block. A block finishes exactly
/// once: the owner of an unsettled message may add references and pins, and any other thread may add a pin only in an atomic step that
/// finds references.
/// </item>
/// <item>
/// A thread may read the memory after one atomic step has pinned the block and found it <see cref="Resident"/>. The evictor clears
/// <see cref="Resident"/> only in an atomic step that finds no pins of other threads. So no thread reads memory that is being freed.
/// </item>
/// </list>
/// </remarks>
internal struct BlockState
{
    // Layout of the word, highest bit first: | unused 1 bit | resident 1 bit | unused 6 bits | pins 16 bits | references 40 bits |
    public const long Resident = 1L << 62;
    public const long Pin = 1L << 40;

    /// <summary>
    /// A large number that is part of the references while the block is open, so that settles cannot finish the block. The appender
    /// subtracts this number and adds the number of appended messages when it closes the block.
    /// </summary>
    public const long OpenBias = 1L << 36;

    private const long AnyPin = 0xFFFF * Pin;
    private const long AnyReference = Pin - 1;

    private long _word;

    /// <summary>True if the bytes are in memory at this moment. Call only while an unsettled message is in the block.</summary>
    public bool IsResidentNow => IsResident(Volatile.Read(ref _word));

    public static bool IsFinished(long state) => (state & (AnyPin | AnyReference)) == 0;

    public static bool IsResident(long state) => (state & Resident) != 0;

    /// <summary>Sets the state of a block that is used for the first time or reused.</summary>
    public void Start(long state) => Volatile.Write(ref _word, state);

    /// <summary>Returns the number of unsettled references of an open block.</summary>
    public long LiveWhileOpen(long appended) => (Volatile.Read(ref _word) & AnyReference) - OpenBias + appended;

    /// <summary>Adds a number to the references or pins. A negative number subtracts.</summary>
    /// <returns>The state after the change.</returns>
    public long Change(long difference) => Interlocked.Add(ref _word, difference);

    public void MarkResident() => Interlocked.Or(ref _word, Resident);

    /// <summary>Pins the block if it has references, so that it cannot be retired and reused.</summary>
    public bool TryPin()
    {
        while (true)
        {
            long state = Volatile.Read(ref _word);
            if ((state & AnyReference) == 0)
                return false;
            if (Interlocked.CompareExchange(ref _word, state + Pin, state) == state)
                return true;
        }
    }

    /// <summary>Evicts the block if it has references but no pins.</summary>
    public bool TryEvict()
    {
        long state = Volatile.Read(ref _word);
        return IsResident(state) && (state & AnyPin) == 0 && (state & AnyReference) != 0
            && Interlocked.CompareExchange(ref _word, state & ~Resident, state) == state;
    }

    /// <summary>
    /// Pins the block if it has references but no pins. A thread that owns no unsettled message of the block, such as the pager, must call
    /// this before it uses the block.
    /// </summary>
    public bool TryPinIdle()
    {
        long state = Volatile.Read(ref _word);
        while ((state & AnyPin) == 0 && (state & AnyReference) != 0)
        {
            long seen = Interlocked.CompareExchange(ref _word, state + Pin, state);
            if (seen == state)
                return true;
            state = seen;
        }
        return false;
    }

    /// <summary>Evicts the block and releases the caller's pin, if the block has references and no pins of other threads.</summary>
    public bool TryEvictAndUnpin()
    {
        long state = Volatile.Read(ref _word);
        while ((state & AnyPin) == Pin && (state & AnyReference) != 0)
        {
            long seen = Interlocked.CompareExchange(ref _word, (state & ~Resident) - Pin, state);
            if (seen == state)
                return true;
            state = seen;
        }
        return false;
    }
}
