using Amqp.Storage.Blocks;
using Amqp.Storage.Catalog;
using Amqp.Storage.Commits;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Log;

/// <summary>Writes the bytes of the log in order, and syncs the log and the catalog. Used by the committer only.</summary>
/// <remarks>If the disk is full, the unwritten bytes stay in memory. The next write begins with these bytes.</remarks>
internal sealed class LogOutput(
    LogWriter log, SegmentWriter writer, BlockSpace space, FileCatalog catalog, CommitProgress progress, StoreOptions options) : IDisposable
{
    /// <summary>Maximum time that appended bytes stay unwritten if no commit is requested. Full blocks are written at once.</summary>
    public static readonly TimeSpan WriteDelay = TimeSpan.FromMilliseconds(5);

    private readonly List<UnwrittenBytes> _unwritten = [];
    private int _released; // entries of _unwritten before this index are written
    private long _taken; // the log position at which the bytes in _unwritten end
    private long? _unwrittenSince; // in milliseconds of Environment.TickCount64; null if all bytes are written
    private long? _unsyncedSince;

    /// <summary>True if all bytes that had been appended at the last call of <see cref="FindDue"/> are written and synced.</summary>
    public bool IsDone => _unwrittenSince is null && IsSynced;

    /// <summary>True if no written bytes wait for a sync.</summary>
    public bool IsSynced => _unsyncedSince is null;

    /// <summary>True if the catalog has an unsynced change.</summary>
    public bool IsCatalogDirty => catalog.IsDirty;

    /// <summary>Returns whether a write or a sync is due.</summary>
    public (bool Write, bool Sync) FindDue(long now)
    {
        long waiting = log.Position - progress.Written;
        if (waiting > 0)
            _unwrittenSince ??= now;
        if (catalog.IsDirty)
            _unsyncedSince ??= now;
        bool syncIsDue = progress.IsSyncRequested || now - _unsyncedSince >= (long)options.SyncInterval.TotalMilliseconds;
        bool writeIsDue = waiting > 0
            && (syncIsDue || waiting >= options.BlockSize || now - _unwrittenSince >= (long)WriteDelay.TotalMilliseconds);
        return (writeIsDue, syncIsDue);
    }

    /// <summary>Writes until all appended bytes are written.</summary>
    public void WriteAll()
    {
        do
            Write();
        while (progress.Written < log.Position);
    }

    /// <summary>
    /// Writes the bytes appended so far. If the previous call failed because the disk was full, writes only its remaining bytes.
    /// </summary>
    /// <exception cref="IOException">The disk is full, or a write failed.</exception>
    public void Write()
    {
        // if the previous call failed, its remaining bytes are written first
        if (_released == _unwritten.Count)
            Take();
        for (; _released < _unwritten.Count; _released++)
        {
            UnwrittenBytes unwritten = _unwritten[_released];
            if (unwritten.To > unwritten.Block.Written)
            {
                writer.Write(unwritten);
                _unsyncedSince ??= Environment.TickCount64;
            }
            if (!unwritten.IsLast)
                continue;
            space.Residents.Add(unwritten.Block);
            space.Change(unwritten.Block, -BlockState.Pin);
        }
        _unwrittenSince = null;
        progress.ReachWritten(_taken);
    }

    /// <summary>Syncs all written bytes of the log, and the catalog.</summary>
    /// <returns>True if the durable position has advanced.</returns>
    public bool Sync()
    {
        long position = progress.Written;
        catalog.Sync(); // synced before the log, because a restart recovers messages only if the catalog has their queues
        writer.Sync();
        _unsyncedSince = null;
        if (position == progress.Durable)
            return false;
        progress.ReachDurable(position);
        return true;
    }

    /// <summary>Syncs the written bytes of the log, but not the catalog. So the durable position does not change.</summary>
    public void SyncLog() => writer.Sync();

    /// <summary>Records that a segment is closed. The segment's index is written after the next sync.</summary>
    public void Seal(Segment segment) => writer.Seal(segment);

    /// <summary>Cuts off the unused space of the open segment's file. Call after the last write, and sync afterwards.</summary>
    public void Cut() => writer.Cut();

    /// <summary>Stops writing. Unwritten bytes stay in memory until their messages are settled.</summary>
    public void Fail(StoreFailedException failure)
    {
        log.Close(failure);
        catalog.Fail(failure);
        ReleaseRest();
        Take();
        ReleaseRest();
    }

    public void Dispose() => writer.Dispose();

    private void Take()
    {
        _unwritten.Clear();
        _released = 0;
        _taken = log.TakeUnwritten(_unwritten);
    }

    private void ReleaseRest()
    {
        for (; _released < _unwritten.Count; _released++)
        {
            if (_unwritten[_released].IsLast)
                space.Change(_unwritten[_released].Block, -BlockState.Pin);
        }
    }
}
