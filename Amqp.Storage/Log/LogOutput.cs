using Amqp.Storage.Blocks;
using Amqp.Storage.Catalog;
using Amqp.Storage.Commits;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Log;

/// <summary>What goes from memory to the disk: the bytes of the log, in their order, and the catalog's. Owned by the committer.</summary>
/// <remarks>What could not be written for want of room stays, and the next write goes on with it.</remarks>
internal sealed class LogOutput(LogWriter log, SegmentWriter writer, BlockSpace space, FileCatalog catalog, CommitProgress progress, StoreOptions options) : IDisposable
{
    /// <summary>How long appended bytes nobody waits for stay in this process. Blocks that fill up go at once.</summary>
    public static readonly TimeSpan WriteDelay = TimeSpan.FromMilliseconds(5);

    private readonly List<UnwrittenBytes> _unwritten = [];
    private int _released; // of _unwritten
    private long _taken; // the position behind _unwritten
    private long? _unwrittenSince; // milliseconds, as are all times here
    private long? _unsyncedSince;

    /// <summary>True when all that is known of is written and synced.</summary>
    public bool IsDone => _unwrittenSince is null && IsSynced;

    /// <summary>True when all that was written is synced.</summary>
    public bool IsSynced => _unsyncedSince is null;

    /// <summary>True when the catalog has a change that is not synced.</summary>
    public bool IsCatalogDirty => catalog.IsDirty;

    /// <summary>Says what is due.</summary>
    public (bool Write, bool Sync) Look(long now)
    {
        long waiting = log.Position - progress.Written;
        if (waiting > 0)
            _unwrittenSince ??= now;
        if (catalog.IsDirty)
            _unsyncedSince ??= now;
        bool syncIsDue = progress.IsAsked || now - _unsyncedSince >= (long)options.SyncInterval.TotalMilliseconds;
        bool writeIsDue = waiting > 0 && (syncIsDue || waiting >= options.BlockSize || now - _unwrittenSince >= (long)WriteDelay.TotalMilliseconds);
        return (writeIsDue, syncIsDue);
    }

    /// <summary>Writes until nothing is left.</summary>
    public void WriteAll()
    {
        do
            Write();
        while (progress.Written < log.Position);
    }

    /// <summary>Writes what is there now.</summary>
    /// <exception cref="IOException">There is no room for it, or the disk fails.</exception>
    public void Write()
    {
        if (_released == _unwritten.Count) // else there was no room for the rest of them
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

    /// <summary>Makes everything written survive a power cut, and the catalog as it is.</summary>
    /// <returns>True when more of the log is durable than before.</returns>
    public bool Sync()
    {
        long position = progress.Written;
        catalog.Sync(); // first: what is in the log may need what is in the catalog
        writer.Sync();
        _unsyncedSince = null;
        if (position == progress.Durable)
            return false;
        progress.ReachDurable(position);
        return true;
    }

    /// <summary>Makes what was written of the log survive a power cut, and leaves the rest to <see cref="Sync"/>.</summary>
    public void SyncLog() => writer.Sync();

    /// <summary>Nothing more is written to a segment: with the next sync it is complete.</summary>
    public void End(Segment segment) => writer.End(segment);

    /// <summary>Nobody writes any more: what is not written stays in memory until its messages are settled.</summary>
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
