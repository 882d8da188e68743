namespace Amqp.Storage.Messages;

/// <summary>A queue entry: the sequence number of a message, and the location of its payload.</summary>
/// <remarks>An entry takes 24 bytes and contains no object reference, so the garbage collector does not scan entries.</remarks>
/// <param name="Sequence">Number of the message in its queue, ascending from 1 in the order of publishing.</param>
/// <param name="Block">Number of the block with the payload.</param>
/// <param name="Offset">Offset of the payload in the block.</param>
/// <param name="Length">Bytes of payload.</param>
/// <param name="Flags">Flags and note of the message.</param>
public readonly record struct StoredMessage(long Sequence, int Block, int Offset, int Length, MessageFlags Flags)
{
    public const int NoteBits = 32 - NoteShift;

    private const int NoteShift = 3; // position of the note in the flags; the lower bits are single flags

    /// <summary>True if the message survives a restart in this queue.</summary>
    public bool IsPersistent => (Flags & MessageFlags.Persistent) != 0;

    /// <summary>True if the message may have been delivered before.</summary>
    public bool IsRedelivered => (Flags & MessageFlags.Redelivered) != 0;

    /// <summary>True if the entry stays in memory while the message is ready, even if the store has too many entries.</summary>
    public bool StaysInMemory => (Flags & MessageFlags.StaysInMemory) != 0;

    /// <summary>
    /// A value that the queue's owner stores with the entry. The value becomes 0 at a restart, and when the entry is removed from memory.
    /// </summary>
    public int Note => (int)((uint)Flags >> NoteShift);

    /// <summary>Returns the same entry with another note.</summary>
    /// <param name="note">At most <see cref="NoteBits"/> bits.</param>
    public StoredMessage WithNote(int note) =>
        this with { Flags = (Flags & (MessageFlags)((1 << NoteShift) - 1)) | (MessageFlags)(note << NoteShift) };
}

/// <summary>Flags of a <see cref="StoredMessage"/>. The bits above the flags contain the note.</summary>
[Flags]
public enum MessageFlags
{
    None = 0,

    /// <summary>The message is in the log for this queue, so it survives a restart.</summary>
    Persistent = 1,

    /// <summary>The message may have been delivered before.</summary>
    Redelivered = 2,

    /// <summary>The entry stays in memory, because its note must not be lost.</summary>
    StaysInMemory = 4,
}
