namespace Amqp.Storage.Segments;

/// <summary>The kind of bytes that may follow the last record of a segment's file and are not damage.</summary>
internal enum LogEnd
{
    /// <summary>No bytes. The file was synced to its end, so any bytes after the last record are damage.</summary>
    Synced,

    /// <summary>
    /// Zeros. After a power cut, they replace bytes that did not reach the disk. Possible in the second-to-last segment, if neither of the
    /// last two segments has an index or an acknowledgement file.
    /// </summary>
    SyncedOrZeros,

    /// <summary>An unfinished write. This value applies to the last segment.</summary>
    Unfinished,
}
