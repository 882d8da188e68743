namespace Amqp.Storage.Queues;

/// <summary>How far a queue's messages went out to consumers, and where the log has that note.</summary>
/// <remarks>Owned by the log's lock. <see cref="UpTo"/> is written under the queue's lock, too, and so may be read under either.</remarks>
internal struct DeliveredMark
{
    /// <summary>The highest sequence noted as delivered in the log.</summary>
    public long UpTo { get; set; }

    /// <summary>The segment that holds the note, or 0 when there is none.</summary>
    public long Segment { get; set; }

    /// <summary>The position behind that note.</summary>
    public long Position { get; set; }

    /// <summary>The segment that holds the last note before that one that was durable when it was replaced.</summary>
    public long ReplacedSegment { get; set; }
}
