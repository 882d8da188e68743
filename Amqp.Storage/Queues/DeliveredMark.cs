namespace Amqp.Storage.Queues;

/// <summary>The highest sequence of a queue that was delivered to a consumer, and the location of its record in the log.</summary>
/// <remarks>
/// The log's lock guards the mark. <see cref="UpTo"/> is written under the queue's lock as well, so either lock is enough to read it.
/// </remarks>
internal struct DeliveredMark
{
    /// <summary>The highest sequence that the log records as delivered.</summary>
    public long UpTo { get; set; }

    /// <summary>Id of the segment that holds the record of the mark, or 0 if there is no record.</summary>
    public long Segment { get; set; }

    /// <summary>The position after the record of the mark.</summary>
    public long Position { get; set; }

    /// <summary>Id of the segment with the last durable mark before this one. Used until the record of this mark is durable too.</summary>
    public long ReplacedSegment { get; set; }
}
