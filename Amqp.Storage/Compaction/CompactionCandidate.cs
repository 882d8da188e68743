using Amqp.Storage.Blocks;
using Amqp.Storage.Indexes;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Compaction;

/// <summary>
/// A segment that may be compacted, with its settled messages and the settles that must be kept. Used by <see cref="SegmentCompactor"/>
/// only.
/// </summary>
internal sealed class CompactionCandidate
{
    private readonly Dictionary<uint, SequenceRanges> _settled = []; // settled messages of this segment

    public CompactionCandidate(Segment segment, SegmentSummary summary)
    {
        (Segment, Summary) = (segment, summary);
    }

    public Segment Segment { get; }

    /// <summary>Summary of the segment's index.</summary>
    public SegmentSummary Summary { get; }

    /// <summary>The settles that a compacted file must keep, because the settled messages are still in a segment.</summary>
    public Dictionary<uint, SequenceRanges> Kept { get; } = [];

    /// <summary>Marks messages of this segment as settled if <paramref name="settled"/> contains their sequences.</summary>
    public void AddSettled(Dictionary<uint, SequenceRanges> settled) => AddParts(_settled, settled, Summary.Rows);

    /// <summary>
    /// Keeps the settles of messages in an existing segment. Also call this for the candidate itself, because a settled message may stay in
    /// it for another queue.
    /// </summary>
    public void AddTarget(SegmentSummary target) => AddParts(Kept, Summary.Settled, target.Rows);

    /// <summary>Keeps all settles of the candidate. Call if the messages of an older segment are unknown.</summary>
    public void AddUnknownTarget()
    {
        foreach ((uint queue, SequenceRanges ranges) in Summary.Settled)
            RangesOf(Kept, queue).Add(ranges.All);
    }

    /// <summary>
    /// Returns the records that a compacted file must keep, in order. A record stays if a queue may need it, or if it is in a piece that
    /// stays whole.
    /// </summary>
    /// <param name="indexes">The index of the segment.</param>
    /// <param name="queues">Numbers of the existing queues.</param>
    /// <param name="staying">Pieces of the segment's file that stay whole, in ascending order.</param>
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
            // count each record once: the index has an entry for each queue of a record
            if (kept == 0 || live[kept - 1].Offset != live[i].Offset)
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
