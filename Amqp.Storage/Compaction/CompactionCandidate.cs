using Amqp.Storage.Blocks;
using Amqp.Storage.Indexes;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Compaction;

/// <summary>A segment that is to be compacted, and what the log knows of the need for its records. Owned by <see cref="SegmentCompactor"/>.</summary>
internal sealed class CompactionCandidate
{
    private readonly Dictionary<uint, SequenceRanges> _settled = []; // of its own messages

    public CompactionCandidate(Segment segment, SegmentSummary summary)
    {
        (Segment, Summary) = (segment, summary);
    }

    public Segment Segment { get; }

    /// <summary>Of its index.</summary>
    public SegmentSummary Summary { get; }

    /// <summary>What it settles of older segments that are still there and of itself: this it has to keep.</summary>
    public Dictionary<uint, SequenceRanges> Kept { get; } = [];

    /// <summary>Takes in what it, or a younger segment, settles of it.</summary>
    public void AddSettled(Dictionary<uint, SequenceRanges> settled) => AddParts(_settled, settled, Summary.Rows);

    /// <summary>Takes in that a segment is there of which it settles something. It is one itself: a record that one queue needs has another's settled places too.</summary>
    public void AddTarget(SegmentSummary target) => AddParts(Kept, Summary.Settled, target.Rows);

    /// <summary>Takes in that a segment is there of which it may settle anything.</summary>
    public void AddUnknownTarget()
    {
        foreach ((uint queue, SequenceRanges ranges) in Summary.Settled)
            RangesOf(Kept, queue).Add(ranges.All);
    }

    /// <summary>The records that a queue may still need, or that lie where everything has to stay, in order.</summary>
    /// <param name="indexes">Where its entries are.</param>
    /// <param name="queues">The queues that exist.</param>
    /// <param name="staying">Pieces of the log, ascending, of which everything stays.</param>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    public List<IndexEntry> FindLive(SegmentIndexes indexes, HashSet<uint> queues, IReadOnlyList<BlockPiece> staying)
    {
        var live = new List<IndexEntry>();
        foreach (QueueRow row in Summary.Rows)
        {
            bool exists = queues.Contains(row.Queue);
            SequenceRanges? settled = _settled.GetValueOrDefault(row.Queue);
            if (staying.Count == 0 && (!exists || settled?.Covers(row.First, row.Last) == true))
                continue;
            using SegmentLayout.Reading reading = indexes.Layout.Read();
            using EntryCursor cursor = indexes.OpenEntries(Segment, row.Queue, row.At, from: 0);
            while (cursor.MoveNext())
            {
                if ((exists && settled?.Contains(cursor.Current.Sequence) != true) || IsIn(staying, cursor.Current.Offset))
                    live.Add(cursor.Current);
            }
        }
        live.Sort((one, other) => one.Offset.CompareTo(other.Offset));
        int kept = 0;
        for (int i = 0; i < live.Count; i++)
        {
            if (kept == 0 || live[kept - 1].Offset != live[i].Offset) // a record has an entry for each of its queues
                live[kept++] = live[i];
        }
        live.RemoveRange(kept, live.Count - kept);
        return live;
    }

    private static void AddParts(Dictionary<uint, SequenceRanges> target, Dictionary<uint, SequenceRanges> settled, QueueRow[] rows)
    {
        foreach (QueueRow row in rows)
        {
            if (!settled.TryGetValue(row.Queue, out SequenceRanges? ranges) || !ranges.Overlaps(row.First, row.Last))
                continue;
            RangesOf(target, row.Queue).AddPart(ranges, row.First, row.Last);
        }
    }

    private static SequenceRanges RangesOf(Dictionary<uint, SequenceRanges> settled, uint queue)
    {
        if (!settled.TryGetValue(queue, out SequenceRanges? ranges))
            settled.Add(queue, ranges = new SequenceRanges());
        return ranges;
    }

    private static bool IsIn(IReadOnlyList<BlockPiece> pieces, long offset)
    {
        int low = 0;
        int high = pieces.Count;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if (pieces[middle].FileOffset + pieces[middle].Length <= offset)
                low = middle + 1;
            else
                high = middle;
        }
        return low < pieces.Count && pieces[low].FileOffset <= offset;
    }
}
