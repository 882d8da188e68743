using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Housekeeping;
using Amqp.Storage.Indexes;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Log;

/// <summary>Deletes segments whose messages are all settled. The committer uses this class when all written bytes are synced.</summary>
/// <remarks>
/// A dead segment may have settle records of messages in older segments. The housekeeper first copies these records to the older segments.
/// </remarks>
internal sealed class SegmentSweep(
    IStoreFiles files, SegmentSet segments, SegmentWriter writer, Housekeeper housekeeper, BackgroundFailures failures)
{
    private readonly List<Segment> _dead = [];
    private readonly List<string> _leftOver = []; // indexes and acknowledgement files that could not be deleted; a later sweep retries

    /// <summary>Deletes the dead segments whose settle records are not needed any more.</summary>
    /// <param name="isFree">
    /// Called before each deletion. Returns false if the segment must be kept, because of a delivered mark or unwritten records.
    /// </param>
    /// <returns>True if a segment was deleted.</returns>
    public bool Run(Func<Segment, bool> isFree)
    {
        segments.Reports.TakeDead(_dead);
        _dead.Sort((one, other) => one.Id.CompareTo(other.Id));
        _leftOver.RemoveAll(TryDelete);

        // A segment counts as deleted only after the sync of the folder. A power cut before the sync could bring back the segment without
        // the newer segments that settle its messages.
        bool isAny = false;
        var gone = new List<Segment>();
        do
        {
            gone.Clear();
            foreach (Segment segment in _dead)
            {
                Segment[] targets = SettledAndNotFolded(segment);
                if (targets.Length == 0)
                {
                    if (!isFree(segment))
                        continue;
                    writer.Release(segment);
                    if (TryDelete(segment))
                        gone.Add(segment);
                }
                else if (!segment.IsBeingFolded && !Array.Exists(targets, target => target.IsDead))
                {
                    segment.IsBeingFolded = true;
                    housekeeper.Fold(segment, targets);
                }
            }
            if (gone.Count > 0)
                files.SyncDirectory(segments.Directory);
            gone.ForEach(Forget);
            isAny |= gone.Count > 0;
        }
        while (gone.Count > 0);
        return isAny;
    }

    private bool TryDelete(Segment segment)
    {
        lock (segment)
            segment.IsDeleted = true; // from now on, no other thread renames an index of the segment to its final name
        return TryDelete(segment.Path);
    }

    /// <summary>Deletes a file that no message needs. If the deletion fails, reports the failure and returns false.</summary>
    private bool TryDelete(string path)
    {
        try
        {
            files.Delete(path);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            failures.Report(BackgroundWork.Deleting, failure);
            return false;
        }
    }

    /// <summary>Deletes a file that belongs to a deleted segment. If the deletion fails, a later sweep deletes the file.</summary>
    private void Discard(string path)
    {
        if (!TryDelete(path))
            _leftOver.Add(path);
    }

    /// <summary>Deletes the index and the acknowledgements of a segment. Call when the deletion of the segment's file is durable.</summary>
    private void Forget(Segment segment)
    {
        if (segment.IsIndexed)
            Discard(IndexFiles.PathOf(segment.Path));
        if (segment.HasAcknowledgements)
            Discard(AcknowledgementFiles.PathOf(segment.Path));
        segments.Remove(segment);
        _dead.Remove(segment);
    }

    /// <summary>Returns the older segments that may still need a copy of this segment's settle records.</summary>
    private Segment[] SettledAndNotFolded(Segment segment)
    {
        if (segment.OldestSettled >= segment.Id)
            return [];
        HashSet<long>? folded = segment.FoldedInto;
        return [.. segments.Present.Where(
            older => older.Id >= segment.OldestSettled && older.Id < segment.Id && folded?.Contains(older.Id) != true)];
    }
}
