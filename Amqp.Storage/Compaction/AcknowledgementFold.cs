using Amqp.Storage.Configuration;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Compaction;

/// <summary>Gives older segments a copy of what a dead one settled of them, so that the dead one can go. Owned by the housekeeper.</summary>
internal sealed class AcknowledgementFold(IStoreFiles files, SegmentIndexes indexes, StoreOptions options, string directory)
{
    private readonly AcknowledgementFiles _acknowledgements = new(files);

    /// <summary>Folds a dead segment into older ones, and then says so in the segment.</summary>
    /// <returns>False when there was none that it could be folded into.</returns>
    public bool Fold(Segment dead, Segment[] targets)
    {
        var folded = new HashSet<long>(dead.FoldedInto ?? []);
        int before = folded.Count;
        // A target that is dead too gets nothing, and keeps the segment until it is gone: it may itself have to wait.
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
        // Only what the target has: numbers that it has not must not come back as settled when they are used again.
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
            if (target.IsGone)
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
