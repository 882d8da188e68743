namespace Amqp.Storage.Segments;

/// <summary>Contents allowed at the end of a segment's file, depending on the segment's index and on the segments after it.</summary>
internal enum LogEnd
{
    /// <summary>Only records: the file was synced to its end, so anything else is damage.</summary>
    Synced,

    /// <summary>
    /// Records, then zeros. For the segment before the last one, if neither of the two has an index or acknowledgements. The end of its
    /// file may not have been synced; in that case nothing in the last segment was confirmed. The zeros are bytes that did not reach the
    /// disk before a power cut; anything but zeros is damage.
    /// </summary>
    SyncedOrZeros,

    /// <summary>Records, then an unfinished write. For the last segment.</summary>
    Unfinished,
}
