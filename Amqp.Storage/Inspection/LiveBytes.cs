using Amqp.Storage.Indexes;
using Amqp.Storage.Queues;
using Amqp.Storage.Records;
using Amqp.Storage.Recovery;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Inspection;

/// <summary>Computes the total size of a segment's live records. A record is live while its message is in a queue.</summary>
internal sealed class LiveBytes(LogRecovery log)
{
    public long Of(RecoveredSegment segment, IReadOnlyList<LiveStretch> live)
    {
        // If all messages of the segment are in one queue, the payload begins at the same offset in every record. No index is needed.
        if (segment.Summary.Rows.Length == 1)
            return live.Sum(part => part.Stretch.Bytes + (long)part.Stretch.Count * MessageRecord.PayloadAt(queues: 1));
        try
        {
            return Walk(segment.Segment, live);
        }
        catch (InvalidDataException)
        {
            SegmentSummary summary = log.Rebuild(segment);
            IEnumerable<LiveStretch> left = live.Where(part => Array.Exists(summary.Rows, row => row.Queue == part.Queue));
            // The rebuilt index may have its groups of entries at other offsets. At = 0 makes the cursor look up the offset.
            return Walk(segment.Segment, left.Select(part => part with { Stretch = part.Stretch with { At = 0 } }));
        }
    }

    private long Walk(Segment segment, IEnumerable<LiveStretch> live)
    {
        long bytes = 0;
        var shared = new HashSet<long>(); // offsets of records that belong to several queues and are already counted
        foreach ((uint queue, Stretch stretch) in live)
        {
            using EntryCursor entries = log.Indexes.OpenEntries(segment, queue, stretch.At, stretch.From);
            while (entries.MoveNext() && entries.Current.Sequence <= stretch.To)
            {
                if (entries.Current.Queues == 1 || shared.Add(entries.Current.Offset))
                    bytes += entries.Current.RecordLength;
            }
        }
        return bytes;
    }
}
