using System.Collections.Concurrent;
using System.Globalization;

namespace Amqp.Storage;

/// <summary>The segments that exist, and which of them can go.</summary>
/// <remarks>
/// A segment without live messages is deleted, but for one thing: its settle records may speak of messages in an older
/// segment that still exists, and without them those would come back. It is then only renamed, which says that its own
/// messages count no more; so the segments that settle only those can go, and one old message does not keep all that follow.
/// <para>Owned by the committer, but for <see cref="Next"/>, which is called under the log's lock, and <see cref="ReportDead"/>, on any thread.</para>
/// </remarks>
internal sealed class SegmentSet(IStoreFiles files, string directory, CommitSignal signal)
{
    public const string MessagesExtension = ".log";
    public const string SettlesOnlyExtension = ".settles";

    private readonly ConcurrentQueue<Segment> _reported = new();
    private readonly ConcurrentQueue<Segment> _opened = new();
    private readonly SortedList<long, Segment> _present = [];
    private readonly List<Segment> _dead = [];
    private long _lastId;

    /// <summary>Where the files are.</summary>
    public string Directory { get; } = directory;

    /// <summary>True when a segment died since the last sweep.</summary>
    public bool HasNews => !_reported.IsEmpty;

    public static string PathOf(string directory, long id, string extension) =>
        Path.Combine(directory, id.ToString("x16", CultureInfo.InvariantCulture) + extension);

    /// <summary>A segment behind all others.</summary>
    public Segment Next()
    {
        var segment = new Segment(++_lastId, PathOf(Directory, _lastId, MessagesExtension), ReportDead);
        _opened.Enqueue(segment);
        return segment;
    }

    /// <summary>Takes over a segment of an earlier run, before anything is appended. The caller seals it when its blocks are known.</summary>
    public Segment Recover(long id, string path, bool isSettlesOnly)
    {
        var segment = new Segment(id, path, ReportDead) { IsSettlesOnly = isSettlesOnly };
        _present.Add(id, segment);
        _lastId = Math.Max(_lastId, id);
        return segment;
    }

    /// <summary>No block of the segment is needed any more, and all are written.</summary>
    public void ReportDead(Segment segment)
    {
        _reported.Enqueue(segment);
        signal.Wake();
    }

    /// <summary>Deletes what can go. Everything written so far is synced.</summary>
    /// <param name="release">Closes a segment's file if it is still open to write.</param>
    /// <param name="saveMarks">Called for each segment before its deletion: makes durable what else is in it.</param>
    public void Sweep(Action<Segment> release, Action<Segment> saveMarks)
    {
        while (_opened.TryDequeue(out Segment? opened))
            _present.Add(opened.Id, opened);
        while (_reported.TryDequeue(out Segment? dead))
            _dead.Add(dead);
        _dead.Sort((one, other) => one.Id.CompareTo(other.Id));

        // What a round lets go counts as gone only after the folder was synced: no deletion may overtake, in a power cut, one it relies on.
        var gone = new List<Segment>();
        var renamed = new List<Segment>();
        do
        {
            gone.Clear();
            renamed.Clear();
            foreach (Segment segment in _dead)
            {
                if (!SettlesMessagesStillThere(segment))
                {
                    saveMarks(segment);
                    release(segment);
                    files.Delete(segment.Path);
                    gone.Add(segment);
                }
                else if (!segment.IsSettlesOnly)
                {
                    string path = PathOf(Directory, segment.Id, SettlesOnlyExtension);
                    release(segment);
                    files.Rename(segment.Path, path);
                    segment.Path = path;
                    renamed.Add(segment);
                }
            }
            if (gone.Count + renamed.Count > 0)
                files.SyncDirectory(Directory);
            foreach (Segment segment in gone)
            {
                _present.Remove(segment.Id);
                _dead.Remove(segment);
            }
            foreach (Segment segment in renamed)
                segment.IsSettlesOnly = true;
        }
        while (gone.Count + renamed.Count > 0);
    }

    private bool SettlesMessagesStillThere(Segment segment)
    {
        if (segment.OldestSettled >= segment.Id)
            return false;
        foreach (Segment older in _present.Values)
        {
            if (older.Id >= segment.Id)
                return false;
            if (older.Id >= segment.OldestSettled && !older.IsSettlesOnly)
                return true;
        }
        return false;
    }
}
