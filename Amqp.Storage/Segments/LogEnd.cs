namespace Amqp.Storage.Segments;

/// <summary>What the end of a segment's log may be, by the files that stand beside it and behind it.</summary>
internal enum LogEnd
{
    /// <summary>All of it was synced: what is no record is damage.</summary>
    Synced,

    /// <summary>
    /// The segment before the last, and neither has an index: the last sync may have come before the end of this one. If so, nothing of
    /// the last one was confirmed either. Zeros up to the end are then bytes that a power cut kept from the disk; anything else is damage.
    /// </summary>
    SyncedOrZeros,

    /// <summary>The last segment: what is no record is an unfinished write.</summary>
    Unfinished,
}
