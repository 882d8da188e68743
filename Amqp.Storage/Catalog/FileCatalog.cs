using System.Text;
using Amqp.Storage.Commits;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Records;

namespace Amqp.Storage.Catalog;

/// <summary>The catalog of a <see cref="DataDirectory"/>: all of it in memory, every change in a file.</summary>
/// <remarks>
/// The committer syncs it: with the next commit of the log, or when the sync interval has passed. A change for which the disk
/// has no room is undone and can be tried again; any other failure is the last.
/// </remarks>
internal sealed class FileCatalog : ICatalog, IDisposable
{
    // Below this the file is not worth rewriting, however much of it is out of date.
    private const long MinRewriteBytes = 1 << 20;

    // How often changes that came during a rewrite are added without holding up others. Then those that are left, few by then, do.
    private const int MaxCatchUps = 8;

    private readonly Lock _gate = new();
    private readonly CommitSignal _signal;
    private readonly CatalogFile _file; // owned by _gate, but for Sync
    private readonly SortedDictionary<string, byte[]> _entries = new(StringComparer.Ordinal); // owned by _gate
    private readonly HashSet<string> _owed = new(StringComparer.Ordinal); // removed, and no room to write it down; owned by _gate
    private long _liveBytes = FileHeader.Size; // of the file; owned by _gate
    private long _rewriteAbove = MinRewriteBytes; // bytes of the file; owned by _gate
    private Dictionary<string, byte[]?>? _sinceSnapshot; // changed while the file is rewritten, null for what was removed; owned by _gate
    private bool _isRewriteAsked; // owned by _gate
    private volatile bool _owes; // whether there are any owed
    private StoreFailedException? _failure; // owned by _gate
    private int _dirty; // changed with Interlocked

    /// <summary>Opens the catalog of a folder, or creates it.</summary>
    public FileCatalog(IStoreFiles files, string directory, CommitSignal signal, List<RecoveryFinding> findings)
    {
        _signal = signal;
        _file = CatalogFile.Open(files, directory, _entries, findings);
        _liveBytes += _entries.Sum(entry => Size(entry.Key, entry.Value));
        AskForRewrite();
    }

    /// <summary>Called once when the file is worth rewriting, with the gate held: has <see cref="Rewrite"/> called on a thread that may take its time. Set once.</summary>
    public Action? RewriteWanted
    {
        get;
        set
        {
            lock (_gate)
            {
                field = value;
                if (_isRewriteAsked)
                    value?.Invoke();
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, byte[]>> Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    /// <summary>True when a change is not synced yet.</summary>
    public bool IsDirty => Volatile.Read(ref _dirty) != 0 || _owes;

    /// <inheritdoc/>
    public void Put(string key, ReadOnlySpan<byte> value)
    {
        CheckKey(key);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, CatalogRecord.MaxValue, nameof(value));
        byte[] copy = value.ToArray();
        lock (_gate)
        {
            ThrowIfFailed();
            Guard(() => _file.Append(RecordType.CatalogPut, key, copy));
            if (_entries.TryGetValue(key, out byte[]? old))
                _liveBytes -= Size(key, old);
            _entries[key] = copy;
            if (_sinceSnapshot is { } since)
                since[key] = copy;
            _liveBytes += Size(key, copy);
            _owed.Remove(key); // this replaces the entry as well
            WriteOwed();
            Changed();
        }
    }

    /// <inheritdoc/>
    public void Remove(string key)
    {
        CheckKey(key);
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out byte[]? old))
                return;
            ThrowIfFailed();
            _owed.Add(key);
            WriteOwed();
            _entries.Remove(key);
            if (_sinceSnapshot is { } since)
                since[key] = null;
            _liveBytes -= Size(key, old);
            Changed();
        }
    }

    /// <summary>Makes every change so far survive a power cut. Changes can go on meanwhile.</summary>
    public void Sync()
    {
        if (_owes)
        {
            lock (_gate)
                WriteOwed();
        }
        if (Interlocked.Exchange(ref _dirty, 0) != 0)
            _file.Sync();
    }

    /// <summary>Writes the file anew, with what still counts. Changes go on meanwhile. By one thread at a time.</summary>
    /// <remarks>What fails before the new file is in its place leaves the old one, which is as good. It is tried again when the file has grown.</remarks>
    public void Rewrite()
    {
        KeyValuePair<string, byte[]>[] snapshot;
        lock (_gate)
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
            // The old file stays.
        }
        lock (_gate)
        {
            _sinceSnapshot = null;
            _isRewriteAsked = false;
            _rewriteAbove = isReplaced ? MinRewriteBytes : _file.Length + MinRewriteBytes;
            AskForRewrite(); // for what came meanwhile
        }
    }

    /// <summary>Takes no more changes: they could not be made durable.</summary>
    public void Fail(StoreFailedException failure)
    {
        lock (_gate)
            _failure ??= failure;
    }

    public void Dispose()
    {
        bool hasFailed;
        lock (_gate)
            hasFailed = _failure is not null;
        if (!hasFailed)
            Sync();
        lock (_gate)
        {
            _failure ??= new StoreFailedException("the data folder is closed");
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

    /// <summary>Writes down what was removed, as far as there is room.</summary>
    private void WriteOwed()
    {
        try
        {
            foreach (string key in _owed)
            {
                Guard(() => _file.Append(RecordType.CatalogRemove, key, []));
                _owed.Remove(key);
                Interlocked.Exchange(ref _dirty, 1);
            }
        }
        catch (StoreFullException)
        {
            // The committer comes back to it.
        }
        _owes = _owed.Count > 0;
    }

    /// <summary>The first write that fails, but for want of room, is the last one: half a record may be there now, and what would follow could not be found again.</summary>
    private void Guard(Action write)
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
        AskForRewrite();
        Interlocked.Exchange(ref _dirty, 1);
        _signal.WakeIfAsleep();
    }

    private void AskForRewrite()
    {
        if (_isRewriteAsked || _file.Length <= _rewriteAbove || _file.Length <= 2 * _liveBytes)
            return;
        _isRewriteAsked = true;
        RewriteWanted?.Invoke();
    }

    private void ReplaceBy(CatalogFile next)
    {
        int catchUps = 0;
        try
        {
            while (!_file.TryReplace(next, CatchUp, _gate))
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
