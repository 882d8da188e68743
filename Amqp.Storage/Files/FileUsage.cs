using System.Diagnostics;

namespace Amqp.Storage.Files;

/// <summary>Number and duration of file reads, writes and syncs since the data directory was opened. Thread-safe.</summary>
public sealed class FileUsage
{
    private long _reads;
    private long _readBytes;
    private long _readTicks;
    private long _writes;
    private long _writtenBytes;
    private long _writeTicks;
    private long _syncs;
    private long _syncTicks;

    public long Reads => Volatile.Read(ref _reads);

    public long ReadBytes => Volatile.Read(ref _readBytes);

    /// <summary>Time spent in reads.</summary>
    public TimeSpan ReadTime => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _readTicks));

    public long Writes => Volatile.Read(ref _writes);

    public long WrittenBytes => Volatile.Read(ref _writtenBytes);

    /// <summary>Time spent in writes.</summary>
    public TimeSpan WriteTime => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _writeTicks));

    /// <summary>Number of syncs of files. Syncs of folders are not counted.</summary>
    public long Syncs => Volatile.Read(ref _syncs);

    /// <summary>Time spent in syncs.</summary>
    public TimeSpan SyncTime => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _syncTicks));

    internal void CountRead(int bytes, long started)
    {
        Interlocked.Increment(ref _reads);
        Interlocked.Add(ref _readBytes, bytes);
        Interlocked.Add(ref _readTicks, Stopwatch.GetTimestamp() - started);
    }

    internal void CountWrite(int bytes, long started)
    {
        Interlocked.Increment(ref _writes);
        Interlocked.Add(ref _writtenBytes, bytes);
        Interlocked.Add(ref _writeTicks, Stopwatch.GetTimestamp() - started);
    }

    internal void CountSync(long started)
    {
        Interlocked.Increment(ref _syncs);
        Interlocked.Add(ref _syncTicks, Stopwatch.GetTimestamp() - started);
    }
}
