using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Recovery;

/// <summary>The result of recovering a data directory.</summary>
public sealed class RecoveryReport
{
    /// <summary>Number of recovered messages. A message in several queues counts in each.</summary>
    public long Messages { get; init; }

    /// <summary>Messages that were to be set aside, but are in no queue any more.</summary>
    public IReadOnlyList<MessagePlace> AsideMissing { get; init; } = [];

    /// <summary>
    /// The highest number of a queue in the log, whether the queue still exists or not; 0 for none. Numbers up to it must not be assigned
    /// again, even if a power cut removed them from the catalog.
    /// </summary>
    public uint HighestQueue { get; init; }

    /// <summary>Number of segments.</summary>
    public int Segments { get; init; }

    /// <summary>Number of segments that were read as a whole, because they had no index. Afterwards every segment has an index.</summary>
    public int SegmentsIndexed { get; init; }

    /// <summary>Bytes read from segments, indexes and acknowledgements.</summary>
    public long Bytes { get; init; }

    /// <summary>Duration of the recovery.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Damage and unfinished writes, in the catalog and then in the log, each in the order of the files.</summary>
    public IReadOnlyList<RecoveryFinding> Findings { get; init; } = [];
}
