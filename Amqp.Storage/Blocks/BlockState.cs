namespace Amqp.Storage.Blocks;

/// <summary>
/// The references and pins of a <see cref="Block"/>, and a flag that is set while its bytes are in memory, in one word. Thread-safe.
/// </summary>
/// <remarks>
/// Every change of the word is atomic:
/// <list type="bullet">
/// <item>A reference is one unsettled message in one queue; <see cref="OpenBias"/> is added while the block is open. Each reader has a pin.
/// The committer has a pin until it has written a block of the log, and the pager has one while it writes a transient block.</item>
/// <item>A block is finished when it has no references and no pins. The owner of an unsettled message may add references and pins. Any
/// other thread may add a pin only in an atomic step that finds references in the word. So a block finishes exactly once. The thread that
/// finishes it retires it.</item>
/// <item>A thread may read the memory after one atomic step has pinned the block and found it <see cref="Resident"/>. The evictor clears
/// <see cref="Resident"/> by compare-and-swap from a word that has no pins except the evictor's own. So no reader is left, and the next
/// reader sees the flag cleared.</item>
/// </list>
/// </remarks>
internal struct BlockState
{
    // | unused 1 bit | resident 1 bit | unused 6 bits | pins 16 bits | references 40 bits |
    public const long Resident = 1L << 62;
    public const long Pin = 1L << 40;

    /// <summary>
    /// Keeps an open block from being finished: settles are subtracted from the word while the appended references are not in it yet. When
    /// the block closes, the appender adds these references and subtracts the bias.
    /// </summary>
    public const long OpenBias = 1L << 36;

    private const long AnyPin = 0xFFFF * Pin;
    private const long AnyReference = Pin - 1;

    private long _word;

    /// <summary>True if the bytes are in memory at this moment. Call only while an unsettled message is in the block.</summary>
    public bool IsResidentNow => IsResident(Volatile.Read(ref _word));

    public static bool IsFinished(long state) => (state & (AnyPin | AnyReference)) == 0;

    public static bool IsResident(long state) => (state & Resident) != 0;

    /// <summary>Sets the word for a new use of the block.</summary>
    public void Start(long state) => Volatile.Write(ref _word, state);

    /// <summary>Returns the unsettled references of an open block.</summary>
    /// <param name="appended">References that were appended to the block.</param>
    public long LiveWhileOpen(long appended) => (Volatile.Read(ref _word) & AnyReference) - OpenBias + appended;

    /// <summary>Adds to the references or pins; negative values subtract.</summary>
    /// <returns>The word after the change.</returns>
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

    /// <summary>Pins the block if it has references but no pins. For the pager, which owns no unsettled message of the block.</summary>
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

    /// <summary>Evicts the block and releases the caller's pin, if it has references and no other pins.</summary>
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
