using System.Collections.Concurrent;
using System.Globalization;

namespace Amqp.Storage;

/// <summary>The segments that exist, and which of them can go.</summary>
/// <remarks>
/// A segment without live messages is deleted, but its settle records may speak of messages in an older segment that still
/// exists, and without them those would come back. That part is first folded into files of the older segments, by the housekeeper.
/// <para>Owned by the committer, but for <see cref="Next"/>, which is called under the log's lock, and the reports, on any thread.</para>
/// </remarks>
internal sealed class SegmentSet(IStoreFiles files, string directory, CommitSignal signal)
{
    public const string LogExtension = ".log";

    /// <summary>What format 1 called a segment of which only the settle records counted.</summary>
    public const string SettlesOnlyExtension = ".settles";

    private readonly ConcurrentQueue<Segment> _reported = new();
    private readonly ConcurrentQueue<Segment> _opened = new();
    private readonly SortedList<long, Segment> _present = [];
    private readonly List<Segment> _dead = [];
    private volatile bool _hasFolded;
    private long _lastId;

    /// <summary>Where the files are.</summary>
    public string Directory { get; } = directory;

    /// <summary>True when a segment died or was folded since the last sweep.</summary>
    public bool HasNews => !_reported.IsEmpty || _hasFolded;

    public static string PathOf(string directory, long id, string extension) =>
        Path.Combine(directory, id.ToString("x16", CultureInfo.InvariantCulture) + extension);

    /// <summary>A segment behind all others.</summary>
    public Segment Next()
    {
        var segment = new Segment(++_lastId, PathOf(Directory, _lastId, LogExtension), ReportDead);
        _opened.Enqueue(segment);
        return segment;
    }

    /// <summary>Takes over a segment of an earlier run, before anything is appended. The caller seals it when it is known who needs it.</summary>
    public Segment Recover(long id, string path)
    {
        var segment = new Segment(id, path, ReportDead);
        _present.Add(id, segment);
        _lastId = Math.Max(_lastId, id);
        return segment;
    }

    /// <summary>Nobody needs the segment any more, and all of it is written.</summary>
    public void ReportDead(Segment segment)
    {
        _reported.Enqueue(segment);
        signal.Wake();
    }

    /// <summary>The housekeeper folded a segment: more can go.</summary>
    public void ReportFolded()
    {
        _hasFolded = true;
        signal.Wake();
    }

    /// <summary>Deletes what can go. Everything written so far is synced.</summary>
    /// <param name="release">Closes a segment's file if it is still open to write.</param>
    /// <param name="saveMarks">Called for each segment before its deletion: makes durable what else is in it.</param>
    /// <param name="fold">Has a segment's settle records folded into older ones, later.</param>
    public void Sweep(Action<Segment> release, Action<Segment> saveMarks, Action<Segment, Segment[]> fold)
    {
        _hasFolded = false;
        while (_opened.TryDequeue(out Segment? opened))
            _present.Add(opened.Id, opened);
        while (_reported.TryDequeue(out Segment? dead))
            _dead.Add(dead);
        _dead.Sort((one, other) => one.Id.CompareTo(other.Id));

        // What a round lets go counts as gone only after the folder was synced: no deletion may overtake, in a power cut, one it relies on.
        var gone = new List<Segment>();
        do
        {
            gone.Clear();
            foreach (Segment segment in _dead)
            {
                Segment[] targets = SettledAndNotFolded(segment);
                if (targets.Length == 0)
                {
                    saveMarks(segment);
                    release(segment);
                    if (TryDelete(segment))
                        gone.Add(segment);
                }
                else if (!segment.IsBeingFolded && !Array.Exists(targets, target => target.IsDead))
                {
                    segment.IsBeingFolded = true;
                    fold(segment, targets);
                }
            }
            if (gone.Count > 0)
                files.SyncDirectory(Directory);
            gone.ForEach(Forget);
        }
        while (gone.Count > 0);
    }

    private bool TryDelete(Segment segment)
    {
        lock (segment)
            segment.IsGone = true; // no index comes any more
        return TryDelete(segment.Path);
    }

    /// <summary>Nobody's message needs a file to go: one that cannot be deleted stays until the next sweep or the next start.</summary>
    private bool TryDelete(string path)
    {
        try
        {
            files.Delete(path);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The deletion is safe now, and so is that of what only went with the log.</summary>
    private void Forget(Segment segment)
    {
        if (segment.IsIndexed)
            TryDelete(IndexFiles.PathOf(segment.Path));
        if (segment.HasAcknowledgements)
            TryDelete(AcknowledgementFiles.PathOf(segment.Path));
        _present.Remove(segment.Id);
        _dead.Remove(segment);
    }

    /// <summary>The older segments that need this one because it settles messages of theirs.</summary>
    private Segment[] SettledAndNotFolded(Segment segment)
    {
        if (segment.OldestSettled >= segment.Id)
            return [];
        HashSet<long>? folded = segment.FoldedInto;
        return [.. _present.Values.Where(older => older.Id >= segment.OldestSettled && older.Id < segment.Id && folded?.Contains(older.Id) != true)];
    }
}
