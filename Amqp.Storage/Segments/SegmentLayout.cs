namespace Amqp.Storage.Segments;

/// <summary>A reader-writer lock that guards the offsets of records in segments. Thread-safe.</summary>
/// <remarks>
/// A reader holds the lock for one read of a segment or an index. The committer holds the lock exclusively while it replaces a segment by a
/// compacted one. A thread that needs several locks takes a block's monitor first, then this lock, then a segment's monitor.
/// </remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "the lock has no handle unless it was waited for, and readers may come after the store ended")]
internal sealed class SegmentLayout
{
    private readonly ReaderWriterLockSlim _lock = new(LockRecursionPolicy.NoRecursion);

    /// <summary>Prevents changes of the offsets of records until the result is disposed.</summary>
    public Reading Read()
    {
        _lock.EnterReadLock();
        return new Reading(_lock);
    }

    /// <summary>Excludes all readers until the result is disposed.</summary>
    public Changing Change()
    {
        _lock.EnterWriteLock();
        return new Changing(_lock);
    }

    public readonly ref struct Reading(ReaderWriterLockSlim held)
    {
        public void Dispose() => held.ExitReadLock();
    }

    public readonly ref struct Changing(ReaderWriterLockSlim held)
    {
        public void Dispose() => held.ExitWriteLock();
    }
}
