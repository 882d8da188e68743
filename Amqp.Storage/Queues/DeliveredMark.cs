namespace Amqp.Storage.Queues;

/// <summary>The highest sequence of a queue that was delivered to a consumer, and the location of the log's record that says so.</summary>
/// <remarks>
/// The log's lock guards the mark. <see cref="UpTo"/> is written under that lock and the queue's lock, so a thread that reads it needs only
/// one of the two.
/// </remarks>
internal struct DeliveredMark
{
    /// <summary>The highest sequence that the log records as delivered.</summary>
    public long UpTo { get; set; }

    /// <summary>Id of the segment that holds the record of the mark, or 0 if there is no record.</summary>
    public long Segment { get; set; }

    /// <summary>Position in the log after the record of the mark.</summary>
    public long Position { get; set; }

    /// <summary>Id of the segment with the mark that this mark has replaced. Used until the record of this mark is durable.</summary>
    public long ReplacedSegment { get; set; }
}
