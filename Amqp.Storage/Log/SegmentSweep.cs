using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Housekeeping;
using Amqp.Storage.Indexes;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Log;

/// <summary>Deletes the segments that nobody needs. Owned by the committer, and called only when everything written is synced.</summary>
/// <remarks>
/// A segment without live messages is deleted, but its settle records may speak of messages in an older segment that still
/// exists, and without them those would come back. That part is first folded into files of the older segments, by the housekeeper.
/// </remarks>
/// <param name="files">Where they are.</param>
/// <param name="segments">Those there are.</param>
/// <param name="writer">Has the file of the last one open.</param>
/// <param name="housekeeper">Folds.</param>
/// <param name="failures">Hears of files that cannot be deleted.</param>
internal sealed class SegmentSweep(IStoreFiles files, SegmentSet segments, SegmentWriter writer, Housekeeper housekeeper, BackgroundFailures failures)
{
    private readonly List<Segment> _dead = [];
    private readonly List<string> _leftOver = []; // files of segments that are gone

    /// <summary>Deletes what can go.</summary>
    /// <param name="isFree">Called for each segment before its deletion: makes durable what else is in it, or says that it cannot.</param>
    /// <returns>True when a segment has gone.</returns>
    public bool Run(Func<Segment, bool> isFree)
    {
        segments.Reports.TakeDead(_dead);
        _dead.Sort((one, other) => one.Id.CompareTo(other.Id));
        _leftOver.RemoveAll(TryDelete);

        // What a round lets go counts as gone only after the folder was synced: no deletion may overtake, in a power cut, one it relies on.
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
            segment.IsGone = true; // no index comes any more
        return TryDelete(segment.Path);
    }

    /// <summary>Nobody's message needs a file to go: one that cannot be deleted stays until a later sweep or the next start.</summary>
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

    /// <summary>Deletes a file that goes with a segment, now or later. No file of that name comes any more.</summary>
    private void Discard(string path)
    {
        if (!TryDelete(path))
            _leftOver.Add(path);
    }

    /// <summary>The deletion is safe now, and so is that of what only went with the log.</summary>
    private void Forget(Segment segment)
    {
        if (segment.IsIndexed)
            Discard(IndexFiles.PathOf(segment.Path));
        if (segment.HasAcknowledgements)
            Discard(AcknowledgementFiles.PathOf(segment.Path));
        segments.Remove(segment);
        _dead.Remove(segment);
    }

    /// <summary>The older segments that need this one because it settles messages of theirs.</summary>
    private Segment[] SettledAndNotFolded(Segment segment)
    {
        if (segment.OldestSettled >= segment.Id)
            return [];
        HashSet<long>? folded = segment.FoldedInto;
        return [.. segments.Present.Where(older => older.Id >= segment.OldestSettled && older.Id < segment.Id && folded?.Contains(older.Id) != true)];
    }
}
