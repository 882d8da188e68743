using System.Globalization;
using Amqp.Storage.Commits;

namespace Amqp.Storage.Segments;

/// <summary>
/// The segments that exist. Thread-safe, except for <see cref="Next"/>, called
/// under the log's lock, and <see cref="Recover"/>, called before anything else.
/// </summary>
internal sealed class SegmentSet(string directory, CommitSignal signal)
{
    /// <summary>Name of the folder in the data directory.</summary>
    public const string FolderName = "segments";

    public const string LogExtension = ".log";

    /// <summary>Extension of a segment's file in format 1 of which only the settle records are used.</summary>
    public const string SettlesOnlyExtension = ".settles";

    private readonly Lock _lock = new();
    private readonly SortedList<long, Segment> _present = []; // owned by _lock
    private long _lastId;

    /// <summary>Path of the segments' folder.</summary>
    public string Directory { get; } = directory;

    /// <summary>Reports and requests to the committer about segments.</summary>
    public SegmentReports Reports { get; } = new(signal);

    /// <summary>The existing segments in order, with the open one.</summary>
    public Segment[] Present
    {
        get
        {
            lock (_lock)
                return [.. _present.Values];
        }
    }

    public static string PathOf(string directory, long id, string extension) =>
        Path.Combine(directory, id.ToString("x16", CultureInfo.InvariantCulture) + extension);

    /// <summary>Creates a segment after all others.</summary>
    public Segment Next()
    {
        var segment = new Segment(++_lastId, PathOf(Directory, _lastId, LogExtension), Reports.ReportDead);
        lock (_lock)
            _present.Add(segment.Id, segment);
        return segment;
    }

    /// <summary>
    /// Adds a segment of an earlier run. Call before anything is appended. The caller seals the segment once its messages are counted.
    /// </summary>
    public Segment Recover(long id, string path)
    {
        var segment = new Segment(id, path, Reports.ReportDead);
        lock (_lock)
            _present.Add(id, segment);
        _lastId = Math.Max(_lastId, id);
        return segment;
    }

    /// <summary>Removes a segment whose files are deleted.</summary>
    public void Remove(Segment segment)
    {
        lock (_lock)
            _present.Remove(segment.Id);
    }
}
