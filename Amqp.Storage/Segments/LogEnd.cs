namespace Amqp.Storage.Segments;

/// <summary>
/// Contents that may follow the last record of a segment's file without being damage. They depend on the segment's index and on the
/// segments after it.
/// </summary>
internal enum LogEnd
{
    /// <summary>No other bytes. The file was synced to its end, so anything after the records is damage.</summary>
    Synced,

    /// <summary>
    /// Zeros. They are bytes that did not reach the disk before a power cut. This value applies to the segment before the last one, if
    /// neither of the two has an index or acknowledgements. The end of its file may not have been synced; in that case nothing in the last
    /// segment was confirmed.
    /// </summary>
    SyncedOrZeros,

    /// <summary>An unfinished write. This value applies to the last segment.</summary>
    Unfinished,
}
