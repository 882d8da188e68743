namespace Amqp.Storage;

/// <summary>What opening a data folder found.</summary>
public sealed class RecoveryReport
{
    /// <summary>Messages that are in queues again; one that is in several queues counts in each.</summary>
    public long Messages { get; init; }

    /// <summary>Messages that were to be kept aside and that no queue has any more.</summary>
    public IReadOnlyList<MessagePlace> AsideMissing { get; init; } = [];

    /// <summary>
    /// The highest number of a queue that the log speaks of, whether the queue is still there or not; 0 for none. Numbers up to it are
    /// taken, even when a power cut took from the catalog that they are.
    /// </summary>
    public uint HighestQueue { get; init; }

    /// <summary>Segments of the log that were found.</summary>
    public int Segments { get; init; }

    /// <summary>Those of them that were read as a whole, because they had no index. After a start all have one.</summary>
    public int SegmentsIndexed { get; init; }

    /// <summary>Bytes of segments, indexes and acknowledgements that were read.</summary>
    public long Bytes { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>What was not as it should be, in the catalog and then in the log, each in the order of the files.</summary>
    public IReadOnlyList<RecoveryFinding> Findings { get; init; } = [];
}

/// <summary>Bytes in the data folder that are no records.</summary>
/// <param name="File">The file in question.</param>
/// <param name="Offset">Where in it they begin, in bytes.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="IsTornTail">
/// True for the end of a file that was being written when the last run ended: cut off, and nothing that was confirmed is lost.
/// False for damage: what stood there is lost, and the intact records behind it are served.
/// </param>
/// <param name="IsRebuilt">True for a damaged index that was made anew from its segment: nothing is lost.</param>
public sealed record RecoveryFinding(string File, long Offset, long Length, bool IsTornTail, bool IsRebuilt = false)
{
    /// <summary>One line for the log.</summary>
    public override string ToString() => IsRebuilt
        ? $"{File}: was damaged and has been made anew; nothing is lost"
        : IsTornTail
        ? $"{File}: cut off {Length} bytes of an unfinished write at {Offset}"
        : $"{File}: {Length} bytes at {Offset} are damaged; what stood there is lost";
}
