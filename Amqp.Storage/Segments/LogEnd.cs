namespace Amqp.Storage.Segments;

/// <summary>Bytes that may follow the last record of a segment's file without being damage.</summary>
internal enum LogEnd
{
    /// <summary>No bytes. The file was synced to its end, so any bytes after the last record are damage.</summary>
    Synced,

    /// <summary>
    /// Zeros, in place of bytes that did not reach the disk before a power cut. Applies to the second-to-last segment, if neither of the
    /// last two segments has an index or acknowledgements.
    /// </summary>
    SyncedOrZeros,

    /// <summary>An unfinished write. This value applies to the last segment.</summary>
    Unfinished,
}
