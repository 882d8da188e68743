using Amqp.Storage.Indexes;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Recovery;

/// <summary>One queue's messages in the log, both settled and unsettled. Used by <see cref="LogRecovery"/> only.</summary>
/// <param name="number">Number of the queue.</param>
/// <param name="aside">Sequence numbers of the messages that are not delivered until a caller takes them one by one.</param>
internal sealed class RecoveredQueue(uint number, IEnumerable<long> aside)
{
    public uint Number { get; } = number;

    /// <summary>The queue's rows in the indexes of all segments. Segments and sequence numbers are in ascending order.</summary>
    public List<(RecoveredSegment Segment, QueueRow Row)> Rows { get; } = [];

    /// <summary>Sequence numbers of the queue's settled messages, from the settle records of all segments.</summary>
    public SequenceRanges Settled { get; } = new();

    /// <summary>Sequence numbers of the messages that recovery sets aside.</summary>
    public SequenceRanges Aside { get; } = Ranges(aside);

    /// <summary>The highest sequence number of the queue in any record of the log.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Messages up to this sequence number are recorded as delivered.</summary>
    public long DeliveredMark { get; private set; }

    /// <summary>Id of the segment with the record of <see cref="DeliveredMark"/>.</summary>
    public long DeliveredSegment { get; private set; }

    public void Add(RecoveredSegment segment, in QueueRow row)
    {
        Rows.Add((segment, row));
        UpdateLastSequence(row.Last);
    }

    public void Settle(SequenceRanges settled)
    {
        Settled.Add(settled.All);
        UpdateLastSequence(settled.All[^1].To);
    }

    public void MarkDelivered(long upTo, long segment)
    {
        UpdateLastSequence(upTo);
        if (upTo >= DeliveredMark)
            (DeliveredMark, DeliveredSegment) = (upTo, segment);
    }

    /// <summary>
    /// Returns the id of the oldest segment that may contain one of the <paramref name="settled"/> messages. If there is none, returns
    /// <paramref name="otherwise"/>.
    /// </summary>
    public long OldestSettledBy(SequenceRanges settled, long otherwise)
    {
        int low = 0;
        int high = Rows.Count;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if (Rows[middle].Row.Last < settled.All[0].From)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < Rows.Count && Rows[low].Row.First <= settled.All[^1].To; low++)
        {
            if (settled.Overlaps(Rows[low].Row.First, Rows[low].Row.Last))
                return Rows[low].Segment.Segment.Id;
        }
        return otherwise;
    }

    private static SequenceRanges Ranges(IEnumerable<long> sequences)
    {
        var ranges = new SequenceRanges();
        foreach (long sequence in sequences)
            ranges.Add(new SequenceRange(sequence, sequence));
        return ranges;
    }

    private void UpdateLastSequence(long sequence) => LastSequence = Math.Max(LastSequence, sequence);
}

/// <summary>A segment and the data about it that recovery has read.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Summary">Summary of the segment's index.</param>
/// <param name="Folded">For each queue, the messages that the segment's acknowledgement file lists as settled.</param>
internal sealed record RecoveredSegment(Segment Segment, SegmentSummary Summary, Dictionary<uint, SequenceRanges> Folded);
