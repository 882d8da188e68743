using System.Text;
using Amqp.Storage.Commits;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Records;

namespace Amqp.Storage.Catalog;

/// <summary>The catalog of a <see cref="DataDirectory"/>: all entries in memory, and a file to which each change is appended.</summary>
/// <remarks>
/// The committer syncs the file with the next commit of the log, or after the sync interval. On a full disk, <see cref="Put"/> throws, and
/// removals are written later. After any other write error, the catalog writes nothing more.
/// </remarks>
internal sealed class FileCatalog : ICatalog, IDisposable
{
    // A file below this size is not rewritten, even if most of it is out of date.
    private const long MinRewriteBytes = 1 << 20;

    // During a rewrite, each pass appends the changes that other threads made during the previous pass. After this number of passes, the
    // last pass holds the lock, so that no thread can make a change.
    private const int MaxCatchUps = 8;

    private readonly Lock _lock = new();
    private readonly Lock _syncing = new(); // held during a sync, so that one that finds nothing to do has waited for the one before
    private readonly CommitSignal _signal;
    private readonly CatalogFile _file; // guarded by _lock, except for Sync
    private readonly SortedDictionary<string, byte[]> _entries = new(StringComparer.Ordinal); // guarded by _lock
    // keys whose removal is not in the file yet, because the disk was full; guarded by _lock
    private readonly HashSet<string> _pendingRemovals = new(StringComparer.Ordinal);
    private long _liveBytes = FileHeader.Size; // bytes of the header and of the records of current entries; guarded by _lock
    private long _rewriteAbove = MinRewriteBytes; // the file is rewritten when it has more bytes than this; guarded by _lock
    private Dictionary<string, byte[]?>? _sinceSnapshot; // changes during a rewrite, with null for a removed key; guarded by _lock
    private bool _isRewriteRequested; // guarded by _lock
    private volatile bool _hasPendingRemovals; // true if _pendingRemovals is not empty
    private StoreFailedException? _failure; // guarded by _lock
    private int _dirty; // changed with Interlocked
    private volatile bool _isSyncing;

    /// <summary>Opens or creates the catalog of a data directory.</summary>
    public FileCatalog(IStoreFiles files, string directory, CommitSignal signal, List<RecoveryFinding> findings)
    {
        _signal = signal;
        _file = CatalogFile.Open(files, directory, _entries, findings);
        _liveBytes += _entries.Sum(entry => Size(entry.Key, entry.Value));
        RequestRewriteIfDue();
    }

    /// <summary>
    /// Called under the lock when the file has to be rewritten. The handler must only schedule <see cref="Rewrite"/>. Set once.
    /// </summary>
    public Action? RewriteRequested
    {
        get;
        set
        {
            lock (_lock)
            {
                field = value;
                if (_isRewriteRequested)
                    value?.Invoke();
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, byte[]>> Entries
    {
        get
        {
            lock (_lock)
                return [.. _entries];
        }
    }

    /// <summary>True if a change is not synced yet.</summary>
    public bool IsDirty => Volatile.Read(ref _dirty) != 0 || _hasPendingRemovals;

    /// <summary>True while changes are being synced. Read it after <see cref="IsDirty"/>.</summary>
    public bool IsSyncing => _isSyncing;

    /// <inheritdoc/>
    public void Put(string key, ReadOnlySpan<byte> value)
    {
        CheckKey(key);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, CatalogRecord.MaxValue, nameof(value));
        byte[] copy = value.ToArray();
        lock (_lock)
        {
            ThrowIfFailed();
            WriteOrFail(() => _file.Append(RecordType.CatalogPut, key, copy));
            if (_entries.TryGetValue(key, out byte[]? old))
                _liveBytes -= Size(key, old);
            _entries[key] = copy;
            if (_sinceSnapshot is { } since)
                since[key] = copy;
            _liveBytes += Size(key, copy);
            _pendingRemovals.Remove(key); // the removal is not needed any more, because the new record replaces the old entry
            WritePendingRemovals();
            Changed();
        }
    }

    /// <inheritdoc/>
    public void Remove(string key)
    {
        CheckKey(key);
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out byte[]? old))
                return;
            ThrowIfFailed();
            _pendingRemovals.Add(key);
            WritePendingRemovals();
            _entries.Remove(key);
            if (_sinceSnapshot is { } since)
                since[key] = null;
            _liveBytes -= Size(key, old);
            Changed();
        }
    }

    /// <summary>Syncs all changes made so far. Other threads may change the catalog during the call.</summary>
    public void Sync()
    {
        lock (_syncing)
        {
            _isSyncing = true;
            try
            {
                if (_hasPendingRemovals)
                {
                    lock (_lock)
                        WritePendingRemovals();
                }
                if (Interlocked.Exchange(ref _dirty, 0) != 0)
                    _file.Sync();
            }
            finally
            {
                _isSyncing = false;
            }
        }
    }

    /// <summary>Replaces the file by a file with only the current entries. Other threads may change the catalog during the call.</summary>
    /// <remarks>
    /// Call on one thread at a time. After an error, the old file stays in use, and the next rewrite is due when this file has grown
    /// by 1 MiB.
    /// </remarks>
    public void Rewrite()
    {
        KeyValuePair<string, byte[]>[] snapshot;
        lock (_lock)
        {
            if (_failure is not null)
                return;
            snapshot = [.. _entries];
            _sinceSnapshot = new(StringComparer.Ordinal);
        }
        bool isReplaced = false;
        try
        {
            ReplaceBy(_file.BeginRewrite(snapshot));
            isReplaced = true;
        }
        catch (Exception failure) when (failure is StoreFullException || BackgroundFailures.Is(failure))
        {
            // The old file stays in use.
        }
        lock (_lock)
        {
            _sinceSnapshot = null;
            _isRewriteRequested = false;
            _rewriteAbove = isReplaced ? MinRewriteBytes : _file.Length + MinRewriteBytes;
            RequestRewriteIfDue(); // the changes made during the rewrite may already require the next one
        }
    }

    public void Fail(StoreFailedException failure)
    {
        lock (_lock)
            _failure ??= failure;
    }

    public void Dispose()
    {
        bool hasFailed;
        lock (_lock)
            hasFailed = _failure is not null;
        if (!hasFailed)
            Sync();
        lock (_lock)
        {
            _failure ??= new StoreFailedException("the data directory is closed");
            _file.Dispose();
        }
    }

    private static void CheckKey(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Encoding.UTF8.GetByteCount(key), CatalogRecord.MaxKey, nameof(key));
    }

    private static int Size(string key, byte[] value) => CatalogRecord.Size(Encoding.UTF8.GetByteCount(key), value.Length);

    private void ThrowIfFailed()
    {
        if (_failure is not null)
            throw new StoreFailedException(_failure.Message, _failure.InnerException);
    }

    /// <summary>Writes the removals that a full disk has delayed. Stops if the disk is full again.</summary>
    private void WritePendingRemovals()
    {
        try
        {
            foreach (string key in _pendingRemovals)
            {
                WriteOrFail(() => _file.Append(RecordType.CatalogRemove, key, []));
                _pendingRemovals.Remove(key);
                Interlocked.Exchange(ref _dirty, 1);
            }
        }
        catch (StoreFullException)
        {
            // The next Sync, by the committer, retries the remaining removals.
        }
        _hasPendingRemovals = _pendingRemovals.Count > 0;
    }

    /// <summary>
    /// Writes a record. If the write fails, the catalog writes nothing more, because the file may end with part of a record. A full disk
    /// does not count as a failure.
    /// </summary>
    private void WriteOrFail(Action write)
    {
        try
        {
            write();
        }
        catch (IOException cause)
        {
            _failure = new StoreFailedException($"the catalog cannot be written: {cause.Message}", cause);
            throw new StoreFailedException(_failure.Message, cause);
        }
    }

    private void Changed()
    {
        RequestRewriteIfDue();
        Interlocked.Exchange(ref _dirty, 1);
        _signal.WakeIfAsleep();
    }

    private void RequestRewriteIfDue()
    {
        if (_isRewriteRequested || _file.Length <= _rewriteAbove || _file.Length <= 2 * _liveBytes)
            return;
        _isRewriteRequested = true;
        RewriteRequested?.Invoke();
    }

    private void ReplaceBy(CatalogFile next)
    {
        int catchUps = 0;
        try
        {
            while (!_file.TryReplace(next, CatchUp, _lock))
                next.Sync();
        }
        catch
        {
            next.Abandon();
            throw;
        }

        bool CatchUp()
        {
            var changes = _sinceSnapshot!;
            foreach ((string key, byte[]? value) in changes)
                next.Append(value is null ? RecordType.CatalogRemove : RecordType.CatalogPut, key, value);
            bool isAll = changes.Count == 0;
            if (!isAll && ++catchUps > MaxCatchUps)
            {
                next.Sync();
                isAll = true;
            }
            changes.Clear();
            return isAll;
        }
    }
}
