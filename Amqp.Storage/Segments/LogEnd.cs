namespace Amqp.Storage.Segments;

/// <summary>The kind of bytes that may follow the last record of a segment's file and are not damage.</summary>
internal enum LogEnd
{
    /// <summary>No bytes. The file was cut after its last record and then synced, so any further bytes are damage.</summary>
    Synced,

    /// <summary>
    /// Zeros. After a power cut, they replace bytes that did not reach the disk, or they are unused space whose removal did not reach the
    /// disk. Possible in the second-to-last segment, if neither of the last two segments has an index or an acknowledgement file. A kill
    /// leaves no such zeros, because a file is cut before the next one is created.
    /// </summary>
    /// <remarks>
    /// If several segments were filled since the last sync, a power cut can leave such zeros in still older segments. There they count as
    /// damage.
    /// </remarks>
    SyncedOrZeros,

    /// <summary>
    /// An unfinished write, and unused space: zeros up to the end of the file, after a kill or a power cut. This value applies to the last
    /// segment.
    /// </summary>
    Unfinished,
}
