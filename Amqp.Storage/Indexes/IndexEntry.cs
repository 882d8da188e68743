using Amqp.Storage.Records;

namespace Amqp.Storage.Indexes;

/// <summary>The entry of a message in the index of its segment. A message in several queues has an entry for each queue.</summary>
/// <param name="Sequence">Sequence number of the message in the queue.</param>
/// <param name="Offset">Offset of the message's record in the segment's file.</param>
/// <param name="Length">Bytes of payload.</param>
/// <param name="Queues">Number of queues in the record.</param>
internal readonly record struct IndexEntry(long Sequence, long Offset, int Length, int Queues)
{
    public long PayloadOffset => Offset + MessageRecord.PayloadAt(Queues);

    public int RecordLength => MessageRecord.PayloadAt(Queues) + Length;

    /// <summary>Offset of the record's end in the segment's file.</summary>
    public long End => Offset + RecordLength;
}
