namespace Amqp.Storage.Segments;

/// <summary>Keeps where things are in the files of segments as it is while somebody reads, and changes it only in between. Thread-safe.</summary>
/// <remarks>
/// Nothing moves in a segment but by compaction. Readers hold this for one piece of the log or of an index; the committer,
/// to put a compacted segment in place, for two renames. Taken before the monitor of a segment, and behind that of a block.
/// </remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "the lock has no handle unless it was waited for, and readers may come after the store ended")]
internal sealed class SegmentLayout
{
    private readonly ReaderWriterLockSlim _lock = new(LockRecursionPolicy.NoRecursion);

    /// <summary>Nothing moves until the result is disposed of.</summary>
    public Reading Read()
    {
        _lock.EnterReadLock();
        return new Reading(_lock);
    }

    /// <summary>Nobody reads until the result is disposed of.</summary>
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
