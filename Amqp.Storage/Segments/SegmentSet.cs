using System.Globalization;
using Amqp.Storage.Commits;

namespace Amqp.Storage.Segments;

/// <summary>
/// The existing segments. Thread-safe. Call <see cref="Recover"/> before all other members, and <see cref="Next"/> under the log's lock.
/// </summary>
internal sealed class SegmentSet(string directory, CommitSignal signal)
{
    /// <summary>Name of the folder in the data directory.</summary>
    public const string FolderName = "segments";

    public const string LogExtension = ".log";

    /// <summary>
    /// File extension of a segment of format 1 whose messages all count as settled. The segment is kept for its settle records.
    /// </summary>
    public const string SettlesOnlyExtension = ".settles";

    private readonly Lock _lock = new();
    private readonly SortedList<long, Segment> _present = [];
    private long _lastId;

    public string Directory { get; } = directory;

    public SegmentReports Reports { get; } = new(signal);

    /// <summary>The existing segments in order. The last of them may still be open for appending.</summary>
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

    /// <summary>Creates a segment. Its id is higher than the ids of all other segments.</summary>
    public Segment Next()
    {
        var segment = new Segment(++_lastId, PathOf(Directory, _lastId, LogExtension), Reports.ReportDead);
        lock (_lock)
            _present.Add(segment.Id, segment);
        return segment;
    }

    /// <summary>Adds a segment of an earlier run. The caller must count the segment's messages, and then seal the segment.</summary>
    public Segment Recover(long id, string path)
    {
        var segment = new Segment(id, path, Reports.ReportDead);
        lock (_lock)
            _present.Add(id, segment);
        _lastId = Math.Max(_lastId, id);
        return segment;
    }

    public void Remove(Segment segment)
    {
        lock (_lock)
            _present.Remove(segment.Id);
    }
}
