using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Recovery;

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
