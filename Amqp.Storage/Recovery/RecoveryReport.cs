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
    /// The highest number of a queue in the log, existing or deleted; 0 if the log names no queue. Numbers up to this one must not be
    /// assigned again, even if a power cut removed their queues from the catalog.
    /// </summary>
    public uint HighestQueue { get; init; }

    /// <summary>Number of segments.</summary>
    public int Segments { get; init; }

    /// <summary>Number of segments that were read as a whole, because they had no intact index.</summary>
    public int SegmentsIndexed { get; init; }

    /// <summary>Bytes read from segments, indexes and acknowledgements.</summary>
    public long Bytes { get; init; }

    /// <summary>Duration of the recovery.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Damage and unfinished writes: those of the catalog, then those of the log in the order of the segments.</summary>
    public IReadOnlyList<RecoveryFinding> Findings { get; init; } = [];
}
