using Amqp.Storage.Records;

namespace Amqp.Storage.Indexes;

/// <summary>A message of one queue as the index of its segment knows it.</summary>
/// <param name="Sequence">Its place in the queue.</param>
/// <param name="Offset">Where its record begins in the segment's log, in bytes.</param>
/// <param name="Length">Bytes of payload.</param>
/// <param name="Queues">How many queues the record names.</param>
internal readonly record struct IndexEntry(long Sequence, long Offset, int Length, int Queues)
{
    public long PayloadOffset => Offset + MessageRecord.PayloadAt(Queues);

    public int RecordLength => MessageRecord.PayloadAt(Queues) + Length;

    /// <summary>Where the record ends in the log.</summary>
    public long End => Offset + RecordLength;
}
