using System.Globalization;
using Amqp.Storage.Commits;

namespace Amqp.Storage.Segments;

/// <summary>The segments that exist. Thread-safe, but for <see cref="Next"/>, which is called under the log's lock, and <see cref="Recover"/>, before that.</summary>
/// <param name="directory">Where the files are.</param>
/// <param name="signal">Of the committer, who hears what becomes of segments.</param>
internal sealed class SegmentSet(string directory, CommitSignal signal)
{
    /// <summary>In the data folder.</summary>
    public const string FolderName = "segments";

    public const string LogExtension = ".log";

    /// <summary>What format 1 called a segment of which only the settle records counted.</summary>
    public const string SettlesOnlyExtension = ".settles";

    private readonly Lock _gate = new();
    private readonly SortedList<long, Segment> _present = []; // owned by _gate
    private long _lastId;

    /// <summary>Where the files are.</summary>
    public string Directory { get; } = directory;

    /// <summary>What the committer is told of them.</summary>
    public SegmentReports Reports { get; } = new(signal);

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
        var segment = new Segment(++_lastId, PathOf(Directory, _lastId, LogExtension), Reports.ReportDead);
        lock (_gate)
            _present.Add(segment.Id, segment);
        return segment;
    }

    /// <summary>Takes over a segment of an earlier run, before anything is appended. The caller seals it when it is known who needs it.</summary>
    public Segment Recover(long id, string path)
    {
        var segment = new Segment(id, path, Reports.ReportDead);
        lock (_gate)
            _present.Add(id, segment);
        _lastId = Math.Max(_lastId, id);
        return segment;
    }

    /// <summary>Forgets a segment whose files are gone.</summary>
    public void Remove(Segment segment)
    {
        lock (_gate)
            _present.Remove(segment.Id);
    }
}
