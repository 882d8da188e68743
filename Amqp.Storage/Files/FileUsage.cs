using System.Diagnostics;

namespace Amqp.Storage.Files;

/// <summary>How much was read, written and synced since the start, and how long that took.</summary>
/// <remarks>Thread-safe: what it counts are system calls, beside which an interlocked addition is nothing.</remarks>
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

    /// <summary>Reads.</summary>
    public long Reads => Volatile.Read(ref _reads);

    /// <summary>Bytes read.</summary>
    public long ReadBytes => Volatile.Read(ref _readBytes);

    /// <summary>Time in reads.</summary>
    public TimeSpan ReadTime => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _readTicks));

    /// <summary>Writes.</summary>
    public long Writes => Volatile.Read(ref _writes);

    /// <summary>Bytes written.</summary>
    public long WrittenBytes => Volatile.Read(ref _writtenBytes);

    /// <summary>Time in writes.</summary>
    public TimeSpan WriteTime => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _writeTicks));

    /// <summary>Syncs of files; those of folders do not count.</summary>
    public long Syncs => Volatile.Read(ref _syncs);

    /// <summary>Time in syncs.</summary>
    public TimeSpan SyncTime => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _syncTicks));

    internal void NoteRead(int bytes, long started)
    {
        Interlocked.Increment(ref _reads);
        Interlocked.Add(ref _readBytes, bytes);
        Interlocked.Add(ref _readTicks, Stopwatch.GetTimestamp() - started);
    }

    internal void NoteWrite(int bytes, long started)
    {
        Interlocked.Increment(ref _writes);
        Interlocked.Add(ref _writtenBytes, bytes);
        Interlocked.Add(ref _writeTicks, Stopwatch.GetTimestamp() - started);
    }

    internal void NoteSync(long started)
    {
        Interlocked.Increment(ref _syncs);
        Interlocked.Add(ref _syncTicks, Stopwatch.GetTimestamp() - started);
    }
}
