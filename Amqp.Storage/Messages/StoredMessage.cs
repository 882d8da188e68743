namespace Amqp.Storage.Messages;

/// <summary>What a queue remembers of one message: its place in the queue and where its bytes are.</summary>
/// <remarks>
/// 24 bytes and no reference, so that a run of millions costs the garbage collector nothing. The bytes stay
/// readable until the message is settled, whether they are in memory or only on disk.
/// </remarks>
/// <param name="Sequence">Place in its queue: unique there and ascending in the order of publishing, from 1.</param>
/// <param name="Block">Number of the block that holds the payload.</param>
/// <param name="Offset">Where the payload starts in the block, in bytes.</param>
/// <param name="Length">Bytes of payload.</param>
/// <param name="Flags">What is known of the message.</param>
public readonly record struct StoredMessage(long Sequence, int Block, int Offset, int Length, MessageFlags Flags)
{
    /// <summary>Bits of a <see cref="Note"/>.</summary>
    public const int NoteBits = 32 - NoteShift;

    private const int NoteShift = 3; // below it are the flags

    /// <summary>True when the message survives a restart in this queue.</summary>
    public bool IsPersistent => (Flags & MessageFlags.Persistent) != 0;

    /// <summary>True when the message may have reached a consumer before.</summary>
    public bool IsRedelivered => (Flags & MessageFlags.Redelivered) != 0;

    /// <summary>True when its entry is not to leave memory while it is ready.</summary>
    public bool StaysInMemory => (Flags & MessageFlags.StaysInMemory) != 0;

    /// <summary>What the queue's owner noted of the message. It is lost when the entry leaves memory, and with a restart; 0 then.</summary>
    public int Note => (int)((uint)Flags >> NoteShift);

    /// <summary>The same with another note.</summary>
    /// <param name="note">Of at most <see cref="NoteBits"/> bits.</param>
    public StoredMessage WithNote(int note) =>
        this with { Flags = (Flags & (MessageFlags)((1 << NoteShift) - 1)) | (MessageFlags)(note << NoteShift) };
}

/// <summary>Marks of a <see cref="StoredMessage"/>; the bits above them are its note.</summary>
[Flags]
public enum MessageFlags
{
    None = 0,

    /// <summary>Written to the log for this queue, so it survives a restart.</summary>
    Persistent = 1,

    /// <summary>May have reached a consumer before.</summary>
    Redelivered = 2,

    /// <summary>Its note must not be lost, so its entry stays in memory.</summary>
    StaysInMemory = 4,
}
