namespace Amqp.Tests.Durability;

/// <summary>Counts segments that a broker compacts, as they take the place of the old ones. Thread-safe.</summary>
internal sealed class CompactionWatch : IDisposable
{
    private readonly FileSystemWatcher _watcher;
    private int _compacted;

    /// <param name="dataDirectory">Of a broker that was started once.</param>
    public CompactionWatch(string dataDirectory)
    {
        _watcher = new FileSystemWatcher(Path.Combine(dataDirectory, "segments"), "*.log") { NotifyFilter = NotifyFilters.FileName };
        _watcher.Renamed += (_, change) =>
        {
            if (change.OldName?.EndsWith(".compacted", StringComparison.Ordinal) == true && change.Name?.EndsWith(".log", StringComparison.Ordinal) == true)
                Interlocked.Increment(ref _compacted);
        };
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Compacted segments since this was last asked.</summary>
    public int Take() => Interlocked.Exchange(ref _compacted, 0);

    public void Dispose() => _watcher.Dispose();
}
