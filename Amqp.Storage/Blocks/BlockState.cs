namespace Amqp.Storage.Blocks;

/// <summary>
/// The state of a <see cref="Block"/> in one atomic word: its references, its pins, and whether its bytes are in memory. Thread-safe.
/// </summary>
/// <remarks>
/// <para>A reference is one unsettled message in one queue. A thread that reads or writes the bytes has a pin.</para>
/// <para>A block without references and pins is finished, and stays finished. A thread without an unsettled message of the block may add a
/// pin only in an atomic step that finds references.</para>
/// <para>A thread may read the memory after one atomic step has added a pin and found <see cref="Resident"/>. The flag is cleared only in
/// an atomic step that finds no pins of other threads.</para>
/// </remarks>
internal struct BlockState
{
    // Layout, highest bit first: | unused 1 bit | resident 1 bit | unused 6 bits | pins 16 bits | references 40 bits |
    public const long Resident = 1L << 62;
    public const long Pin = 1L << 40;

    /// <summary>
    /// Added to the references of an open block, so that the block cannot be finished. Closing the block replaces this number by the number
    /// of appended messages.
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

    /// <summary>Returns the number of references of an open block, from the number of appended messages.</summary>
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
    /// Pins the block if it has references but no pins. For threads that hold no message of the block, such as the pager.
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
