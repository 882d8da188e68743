namespace Amqp.Storage;

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
    /// <summary>True when the message survives a restart in this queue.</summary>
    public bool IsPersistent => (Flags & MessageFlags.Persistent) != 0;

    /// <summary>True when the message may have reached a consumer before.</summary>
    public bool IsRedelivered => (Flags & MessageFlags.Redelivered) != 0;
}

/// <summary>Marks of a <see cref="StoredMessage"/>.</summary>
[Flags]
public enum MessageFlags
{
    None = 0,

    /// <summary>Written to the log for this queue, so it survives a restart.</summary>
    Persistent = 1,

    /// <summary>May have reached a consumer before.</summary>
    Redelivered = 2,
}
