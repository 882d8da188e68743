using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Amqp.Storage;

/// <summary>The segments that exist, and which of them can go.</summary>
/// <remarks>
/// A segment without live messages is deleted, but its settle records may speak of messages in an older segment that still
/// exists, and without them those would come back. That part is first folded into files of the older segments, by the housekeeper.
/// <para>Owned by the committer, but for <see cref="Next"/>, which is called under the log's lock, and what is thread-safe:
/// <see cref="Present"/> and the reports.</para>
/// </remarks>
internal sealed class SegmentSet(IStoreFiles files, string directory, CommitSignal signal)
{
    /// <summary>In the data folder.</summary>
    public const string FolderName = "segments";

    public const string LogExtension = ".log";

    /// <summary>What format 1 called a segment of which only the settle records counted.</summary>
    public const string SettlesOnlyExtension = ".settles";

    private readonly ConcurrentQueue<Segment> _reported = new();
    private readonly ConcurrentQueue<CompactedSegment> _compacted = new();
    private readonly Lock _gate = new();
    private readonly SortedList<long, Segment> _present = []; // owned by _gate
    private readonly List<Segment> _dead = [];
    private readonly List<string> _leftOver = []; // files of segments that are gone
    private volatile bool _isSweepDue;
    private volatile bool _isEndAwaited;
    private volatile bool _lacksRoom;
    private long _lastId;

    /// <summary>Where the files are.</summary>
    public string Directory { get; } = directory;

    /// <summary>True when there is something for the committer to do: a segment died, was folded, was compacted, or should end, there was no room to fold one, or what failed is due again.</summary>
    public bool HasNews => !_reported.IsEmpty || !_compacted.IsEmpty || _isSweepDue || _isEndAwaited || _lacksRoom;

    /// <summary>The segments there are, in order, the open one too.</summary>
    public Segment[] Present
    {
        get
        {
            lock (_gate)
                return [.. _present.Values];
        }
    }

    public static string PathOf(string directory, long id, string extension) =>
        Path.Combine(directory, id.ToString("x16", CultureInfo.InvariantCulture) + extension);

    /// <summary>A segment behind all others.</summary>
    public Segment Next()
    {
        var segment = new Segment(++_lastId, PathOf(Directory, _lastId, LogExtension), ReportDead);
        lock (_gate)
            _present.Add(segment.Id, segment);
        return segment;
    }

    /// <summary>Takes over a segment of an earlier run, before anything is appended. The caller seals it when it is known who needs it.</summary>
    public Segment Recover(long id, string path)
    {
        var segment = new Segment(id, path, ReportDead);
        lock (_gate)
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

    /// <summary>Called with the reason when a file cannot be deleted. Set before anything is swept.</summary>
    public Action<Exception> DeletionFailed { get; set; } = _ => { };

    /// <summary>More can go, as a segment was folded, or what could not go is to be tried again.</summary>
    public void RequestSweep()
    {
        _isSweepDue = true;
        signal.Wake();
    }

    /// <summary>The housekeeper compacted a segment: its new files can take the place of the old.</summary>
    public void ReportCompacted(CompactedSegment compacted)
    {
        _compacted.Enqueue(compacted);
        signal.Wake();
    }

    /// <summary>The housekeeper wants the open segment to end: with its index, others could be compacted.</summary>
    public void ReportEndAwaited()
    {
        _isEndAwaited = true;
        signal.Wake();
    }

    /// <summary>The housekeeper finds no room on the disk to fold a segment, without which it cannot go.</summary>
    public void ReportLackOfRoom()
    {
        _lacksRoom = true;
        signal.Wake();
    }

    /// <summary>Whether that was reported since it was last asked for.</summary>
    public bool TakeLackOfRoom()
    {
        bool isLacking = _lacksRoom;
        _lacksRoom = false;
        return isLacking;
    }

    /// <summary>Whether that was reported since it was last asked for.</summary>
    public bool TakeEndAwaited()
    {
        bool isAwaited = _isEndAwaited;
        _isEndAwaited = false;
        return isAwaited;
    }

    /// <summary>The next segment that was compacted since the last sweep.</summary>
    public bool TryTakeCompacted([NotNullWhen(true)] out CompactedSegment? compacted) => _compacted.TryDequeue(out compacted);

    /// <summary>Deletes what can go. Everything written so far is synced.</summary>
    /// <param name="release">Closes a segment's file if it is still open to write.</param>
    /// <param name="saveMarks">Called for each segment before its deletion: makes durable what else is in it, or says that it cannot.</param>
    /// <param name="fold">Has a segment's settle records folded into older ones, later.</param>
    /// <returns>True when a segment has gone.</returns>
    public bool Sweep(Action<Segment> release, Func<Segment, bool> saveMarks, Action<Segment, Segment[]> fold)
    {
        _isSweepDue = false;
        while (_reported.TryDequeue(out Segment? dead))
            _dead.Add(dead);
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
                    if (!saveMarks(segment))
                        continue;
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
            DeletionFailed(failure);
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
        lock (_gate)
            _present.Remove(segment.Id);
        _dead.Remove(segment);
    }

    /// <summary>The older segments that need this one because it settles messages of theirs.</summary>
    private Segment[] SettledAndNotFolded(Segment segment)
    {
        if (segment.OldestSettled >= segment.Id)
            return [];
        HashSet<long>? folded = segment.FoldedInto;
        return [.. Present.Where(older => older.Id >= segment.OldestSettled && older.Id < segment.Id && folded?.Contains(older.Id) != true)];
    }
}
