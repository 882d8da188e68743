namespace Amqp.Storage.Blocks;

/// <summary>One word that says who needs a <see cref="Block"/>, and whether its bytes are in memory. Thread-safe.</summary>
/// <remarks>
/// Every change of the word is atomic, so there is one rule for each question:
/// <list type="bullet">
/// <item>The block is finished when nothing refers to it and nothing pins it. References are the messages times queues not settled,
/// plus <see cref="OpenBias"/> while it is appended to. Pins are readers, plus one of the committer until a log block is written,
/// and one of the pager while it writes a transient one. Nobody refers to or pins a block anew but through an unsettled message, or as the
/// pager from a word with references, so it finishes once; who brought it there retires it.</item>
/// <item>Its memory may be read by whoever pinned it and saw <see cref="Resident"/> in the same atomic step.
/// The evictor clears <see cref="Resident"/> by compare-and-swap from a word without pins but its own, so no reader is left and the next one sees it cleared.</item>
/// </list>
/// </remarks>
internal struct BlockState
{
    // | - 1 bit | resident 1 bit | - 6 bits | pins 16 bits | references 40 bits |
    public const long Resident = 1L << 62;
    public const long Pin = 1L << 40;

    /// <summary>Stands for the appender, whose own count of what it appended comes in only when it closes the block.</summary>
    public const long OpenBias = 1L << 36;

    private const long AnyPin = 0xFFFF * Pin;
    private const long AnyReference = Pin - 1;

    private long _word;

    /// <summary>Whether its bytes are in memory at this moment. For whoever knows of an unsettled message in it.</summary>
    public bool IsResidentNow => IsResident(Volatile.Read(ref _word));

    public static bool IsFinished(long state) => (state & (AnyPin | AnyReference)) == 0;

    public static bool IsResident(long state) => (state & Resident) != 0;

    /// <summary>Begins another use of the block.</summary>
    public void Start(long state) => Volatile.Write(ref _word, state);

    /// <summary>Messages times queues not settled, while it is open: what its appender counted and what is gone of it.</summary>
    public long LiveWhileOpen(long appended) => (Volatile.Read(ref _word) & AnyReference) - OpenBias + appended;

    /// <summary>Adds references or pins, or takes them away.</summary>
    /// <returns>The word after the change.</returns>
    public long Change(long difference) => Interlocked.Add(ref _word, difference);

    public void MarkResident() => Interlocked.Or(ref _word, Resident);

    /// <summary>Pins it if somebody refers to it, and so keeps it from being another block.</summary>
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

    /// <summary>Takes the memory away, if somebody still refers to the block but nobody pins it now.</summary>
    public bool TryEvict()
    {
        long state = Volatile.Read(ref _word);
        return IsResident(state) && (state & AnyPin) == 0 && (state & AnyReference) != 0
            && Interlocked.CompareExchange(ref _word, state & ~Resident, state) == state;
    }

    /// <summary>Pins the block, if somebody refers to it but nobody pins it now. For the pager, which has no message of it.</summary>
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

    /// <summary>Takes the memory away and with it the caller's pin, if somebody still refers to the block and nobody else pins it now.</summary>
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
