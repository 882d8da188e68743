namespace Amqp.Tests.Durability;

/// <summary>Counts how often a broker replaces the file of a segment by a compacted file. Thread-safe.</summary>
internal sealed class CompactionWatch : IDisposable
{
    private readonly FileSystemWatcher _watcher;
    private int _compacted;

    /// <param name="dataDirectory">Data directory of a broker. The directory must exist already.</param>
    public CompactionWatch(string dataDirectory)
    {
        _watcher = new FileSystemWatcher(Path.Combine(dataDirectory, "segments"), "*.log") { NotifyFilter = NotifyFilters.FileName };
        _watcher.Renamed += (_, change) =>
        {
            if (change.OldName?.EndsWith(".compacted", StringComparison.Ordinal) == true
                && change.Name?.EndsWith(".log", StringComparison.Ordinal) == true)
                Interlocked.Increment(ref _compacted);
        };
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Returns the number of segments that were compacted since the last call.</summary>
    public int Take() => Interlocked.Exchange(ref _compacted, 0);

    public void Dispose() => _watcher.Dispose();
}
