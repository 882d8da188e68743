using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Compaction;

/// <summary>Replaces the files of segments with compacted files. The committer uses this class when all written bytes are synced.</summary>
/// <remarks>A compacted file has no messages of deleted queues, so the deletion of the queues must be durable first.</remarks>
internal sealed class SegmentReplacement(
    IStoreFiles files, SegmentLayout layout, BlockSpace space, CompactedSegments compacted, string directory, BackgroundFailures failures)
{
    private readonly List<CompactedSegment> _ready = [];

    /// <summary>True if the files of a compacted segment are ready to replace the old files.</summary>
    public bool IsDue => !compacted.IsEmpty;

    public void Run()
    {
        while (compacted.TryTake(out CompactedSegment? next))
            _ready.Add(next);
        if (_ready.Count == 0)
            return;
        using (layout.Change())
        {
            // The old indexes are deleted before the files are replaced. If a power cut left an old index next to a compacted file, the
            // compacted file would look truncated.
            _ready.RemoveAll(ready => !TryDeleteIndex(ready.Segment));
            files.SyncDirectory(directory);
            _ready.ForEach(Replace);
        }
        files.SyncDirectory(directory); // the replacement must become durable before any later deletion of a file
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
            Postpone(segment, failure);
        }
        return false;
    }

    /// <remarks>
    /// After an error, the segment has either its old file or the complete new file. A missing index is rebuilt when it is needed.
    /// </remarks>
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
            Postpone(segment, failure);
        }
    }

    /// <summary>
    /// Keeps the old files of a segment. The segment may be compacted again later. The next start deletes the unused compacted files.
    /// </summary>
    private void Postpone(Segment segment, Exception failure)
    {
        // Cleared before the report, because the report causes a retry, and the retry may compact the segment again.
        segment.IsBeingCompacted = false;
        failures.Report(BackgroundWork.Compacting, failure);
    }
}
