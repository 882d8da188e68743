namespace Amqp.Storage.Segments;

/// <summary>Contents allowed at the end of a segment's log, given the files beside and after it.</summary>
internal enum LogEnd
{
    /// <summary>Only records: the log was synced to its end, so anything else is damage.</summary>
    Synced,

    /// <summary>
    /// Records, then zeros. For the segment before the last, if neither has an index: the last
    /// sync may have preceded the end of this log. Then nothing in the last segment was confirmed
    /// either. The zeros are bytes that a power cut kept from the disk; anything else is damage.
    /// </summary>
    SyncedOrZeros,

    /// <summary>Records, then an unfinished write. For the last segment.</summary>
    Unfinished,
}
