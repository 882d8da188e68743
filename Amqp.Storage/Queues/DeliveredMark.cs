namespace Amqp.Storage.Queues;

/// <summary>The highest sequence number of a queue's delivered messages, and the location of the record with this number.</summary>
/// <remarks>The log's lock guards the mark. <see cref="UpTo"/> may also be read under the queue's lock.</remarks>
internal struct DeliveredMark
{
    /// <summary>Messages up to this sequence number are recorded as delivered.</summary>
    public long UpTo { get; set; }

    /// <summary>Id of the segment that holds the record of the mark, or 0 if there is no record.</summary>
    public long Segment { get; set; }

    /// <summary>Log position at which the record of the mark ends.</summary>
    public long Position { get; set; }

    /// <summary>
    /// Id of the segment that holds the record of the previous mark. The segment is needed until the record of this mark is durable.
    /// </summary>
    public long ReplacedSegment { get; set; }
}
