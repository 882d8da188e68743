using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Compaction;

/// <summary>Puts compacted segments in the place of the old ones. Owned by the committer, and called only when everything written is synced.</summary>
/// <remarks>Only then are deletions of queues, on account of which messages were left out, as safe as the change itself.</remarks>
internal sealed class SegmentReplacement(IStoreFiles files, SegmentLayout layout, BlockSpace space, CompactedSegments compacted, string directory, BackgroundFailures failures)
{
    private readonly List<CompactedSegment> _ready = [];

    /// <summary>Whether there are some to put in place.</summary>
    public bool IsDue => !compacted.IsEmpty;

    /// <summary>Puts those in place that are ready.</summary>
    public void Run()
    {
        while (compacted.TryTake(out CompactedSegment? next))
            _ready.Add(next);
        if (_ready.Count == 0)
            return;
        using (layout.Change())
        {
            // In a power cut, no old index is ever beside a new log: that would look like a log that was cut.
            _ready.RemoveAll(ready => !TryDeleteIndex(ready.Segment));
            files.SyncDirectory(directory);
            _ready.ForEach(Replace);
        }
        files.SyncDirectory(directory); // before any deletion that relies on it
        _ready.Clear();
    }

    private bool TryDeleteIndex(Segment segment)
    {
        try
        {
            if (!segment.IsDead)
            {
                files.Delete(IndexFiles.PathOf(segment.Path));
                return true;
            }
            CompactedFiles.Delete(files, segment.Path);
            segment.IsBeingCompacted = false;
        }
        catch (Exception failure) when (BackgroundFailures.Is(failure))
        {
            GiveUp(segment, failure);
        }
        return false;
    }

    /// <remarks>Whatever fails here, the log is whole, and an index that is missing is made anew when it is needed.</remarks>
    private void Replace(CompactedSegment ready)
    {
        Segment segment = ready.Segment;
        try
        {
            files.Rename(CompactedFiles.LogPathOf(segment.Path), segment.Path);
            (segment.Length, segment.Blocks) = (ready.Summary.LogLength, ready.Summary.Blocks);
            ready.Relocation.Apply(space, segment);
            files.Rename(CompactedFiles.IndexPathOf(segment.Path), IndexFiles.PathOf(segment.Path));
            segment.IsBeingCompacted = false;
        }
        catch (Exception failure) when (BackgroundFailures.Is(failure))
        {
            GiveUp(segment, failure);
        }
    }

    /// <summary>Leaves it to the next try; the next start tidies up.</summary>
    private void GiveUp(Segment segment, Exception failure)
    {
        segment.IsBeingCompacted = false; // before the report: the try that follows may choose it again
        failures.Report(BackgroundWork.Compacting, failure);
    }
}
