using Amqp.Storage.Configuration;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Compaction;

/// <summary>
/// Copies the settle records of a dead segment to the acknowledgement files of older segments. The dead segment can then be deleted.
/// </summary>
/// <remarks>Used by the housekeeper only.</remarks>
internal sealed class AcknowledgementFold(IStoreFiles files, SegmentIndexes indexes, StoreOptions options, string directory)
{
    private readonly AcknowledgementFiles _acknowledgements = new(files);

    /// <summary>
    /// Copies the settle records of a dead segment to older segments, and adds the older segments to <see cref="Segment.FoldedInto"/>.
    /// </summary>
    /// <returns>True if at least one of the older segments was not in <see cref="Segment.FoldedInto"/> before.</returns>
    public bool Fold(Segment dead, Segment[] targets)
    {
        var folded = new HashSet<long>(dead.FoldedInto ?? []);
        int before = folded.Count;
        // Skips dead targets, because they will be deleted before this dead segment.
        Segment[] alive = [.. targets.Where(target => target.IsIndexed && !target.IsDead)];
        if (alive.Length > 0)
        {
            Dictionary<uint, SequenceRanges> settled = ReadSettled(dead);
            foreach (Segment target in alive)
            {
                FoldInto(target, settled);
                folded.Add(target.Id);
            }
            files.SyncDirectory(directory);
            dead.FoldedInto = folded;
        }
        return folded.Count > before;
    }

    private void FoldInto(Segment target, Dictionary<uint, SequenceRanges> settled)
    {
        // Copies only sequence numbers of messages in the target segment. Other sequence numbers may be assigned to new messages after a
        // restart.
        var part = new Dictionary<uint, SequenceRanges>();
        foreach (QueueRow row in indexes.ReadSummary(target).Rows)
        {
            if (!settled.TryGetValue(row.Queue, out SequenceRanges? all) || !all.Overlaps(row.First, row.Last))
                continue;
            var ranges = new SequenceRanges();
            ranges.AddPart(all, row.First, row.Last);
            part.Add(row.Queue, ranges);
        }
        if (part.Count == 0)
            return;
        if (target.HasAcknowledgements && _acknowledgements.TryRead(target.Path, target.Id) is { } before)
        {
            foreach ((uint queue, SequenceRanges ranges) in before)
            {
                if (!part.TryAdd(queue, ranges))
                    part[queue].Add(ranges.All);
            }
        }
        lock (target)
        {
            if (target.IsDeleted)
                return;
            _acknowledgements.Write(target.Path, target.Id, part);
            target.HasAcknowledgements = true;
        }
    }

    private Dictionary<uint, SequenceRanges> ReadSettled(Segment dead)
    {
        if (dead.IsIndexed)
            return indexes.ReadSummary(dead).Settled;
        try
        {
            using var builder = new SegmentIndexBuilder(dead.Id, options.BlockSize);
            SegmentScan.ReadSound(files, dead, builder);
            return builder.Summarize(0).Settled;
        }
        catch (InvalidDataException)
        {
            using var builder = new SegmentIndexBuilder(dead.Id, options.BlockSize);
            SegmentScan.ReadAny(files, dead.Path, dead.Id, builder, _ => { });
            return builder.Summarize(0).Settled;
        }
    }
}
