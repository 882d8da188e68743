using Amqp.Storage.Indexes;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Recovery;

/// <summary>A queue while the segments are read: where its messages are, and which of them are settled. Owned by <see cref="LogRecovery"/>.</summary>
/// <param name="number">The queue's.</param>
/// <param name="aside">Sequences of its messages that are to be kept aside.</param>
internal sealed class RecoveredQueue(uint number, IEnumerable<long> aside)
{
    public uint Number { get; } = number;

    /// <summary>What each segment has of it, in the order of the log, and so of the sequences.</summary>
    public List<(RecoveredSegment Segment, QueueRow Row)> Rows { get; } = [];

    /// <summary>What the settle records of all segments name.</summary>
    public SequenceRanges Settled { get; } = new();

    /// <summary>What is to be kept aside.</summary>
    public SequenceRanges Aside { get; } = Ranges(aside);

    /// <summary>The highest sequence that any record speaks of.</summary>
    public long LastSequence { get; private set; }

    /// <summary>The highest sequence noted as delivered.</summary>
    public long DeliveredMark { get; private set; }

    /// <summary>The segment with that note.</summary>
    public long DeliveredSegment { get; private set; }

    public void Add(RecoveredSegment segment, in QueueRow row)
    {
        Rows.Add((segment, row));
        See(row.Last);
    }

    public void Settle(SequenceRanges settled)
    {
        Settled.Add(settled.All);
        See(settled.All[^1].To);
    }

    public void MarkDelivered(long upTo, long segment)
    {
        See(upTo);
        if (upTo >= DeliveredMark)
            (DeliveredMark, DeliveredSegment) = (upTo, segment);
    }

    /// <summary>The oldest segment that may hold a message that these ranges name.</summary>
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

    private void See(long sequence) => LastSequence = Math.Max(LastSequence, sequence);
}

/// <summary>A segment while the log is recovered.</summary>
/// <param name="Segment">What the store goes on with.</param>
/// <param name="Summary">Of its index.</param>
/// <param name="Folded">What segments that are gone had settled of it, by queue.</param>
internal sealed record RecoveredSegment(Segment Segment, SegmentSummary Summary, Dictionary<uint, SequenceRanges> Folded);
