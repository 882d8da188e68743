using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Recovery;

/// <summary>Result of the recovery when a data directory was opened.</summary>
public sealed class RecoveryReport
{
    /// <summary>Number of recovered messages. A message in several queues counts once for each queue.</summary>
    public long Messages { get; init; }

    /// <summary>Messages that the caller wanted to set aside, but that recovery did not find.</summary>
    public IReadOnlyList<MessagePlace> AsideMissing { get; init; } = [];

    /// <summary>
    /// The highest queue number in the log, or 0. The number may belong to a deleted queue. A new queue must get a higher number.
    /// </summary>
    public uint HighestQueue { get; init; }

    public int Segments { get; init; }

    /// <summary>Number of segments that were read as a whole, because they had no intact index.</summary>
    public int SegmentsIndexed { get; init; }

    /// <summary>Number of bytes that recovery has read from segments, indexes and acknowledgement files.</summary>
    public long Bytes { get; init; }

    public TimeSpan Elapsed { get; init; }

    /// <summary>Damage and unfinished writes: first those in the catalog, then those in the log, by segment.</summary>
    public IReadOnlyList<RecoveryFinding> Findings { get; init; } = [];
}
