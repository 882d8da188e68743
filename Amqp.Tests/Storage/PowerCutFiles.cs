using Amqp.Storage.Files;

namespace Amqp.Tests.Storage;

/// <summary>The state in which a simulated power cut leaves bytes that were written but not synced.</summary>
public enum UnsyncedBytes
{
    /// <summary>Unsynced bytes become zeros.</summary>
    Zeroed,

    /// <summary>All written bytes survive.</summary>
    Kept,

    /// <summary>Written bytes survive in some disk sectors, chosen at random. Other sectors have the bytes of the last sync.</summary>
    Torn,
}

/// <summary>Simulated files in memory. A simulated power cut may lose all bytes that were not synced. Thread-safe.</summary>
/// <remarks>
/// As in POSIX, the creation, renaming or deletion of a file is durable once the folder is synced. A power cut keeps or loses each unsynced
/// change at random. Folders always survive.
/// </remarks>
internal sealed class PowerCutFiles : IStoreFiles
{
    private readonly Lock _gate = new();

    // All fields below are guarded by _gate.
    private Dictionary<string, PowerCutFile> _names = [];
    private readonly Dictionary<string, PowerCutFile> _syncedNames = [];
    private readonly List<NameChange> _unsyncedNames = [];
    private readonly HashSet<string> _work = [];
    private int _opens; // counts how often the power was turned on again
    private int _callsLeft = int.MaxValue;
    private bool _isOff;

    /// <param name="Folder">Folder in which a name is added or removed.</param>
    /// <param name="Removed">The removed name, or null.</param>
    /// <param name="Added">The added name, or null.</param>
    /// <param name="File">File of the added name.</param>
    private sealed record NameChange(string Folder, string? Removed, string? Added, PowerCutFile? File);

    /// <summary>False to simulate a file system that cannot allocate disk space ahead of the writes.</summary>
    public bool CanAllocate { get; init; } = true;

    /// <summary>True if the power is off. Every call then fails.</summary>
    public bool IsOff
    {
        get
        {
            lock (_gate)
                return _isOff;
        }
    }

    /// <summary>The different calls so far: name of the call and extension of the file, such as "rename .idx" or "delete .log".</summary>
    public IReadOnlyCollection<string> Work
    {
        get
        {
            lock (_gate)
                return [.. _work];
        }
    }

    /// <summary>
    /// Turns the power off after this number of further calls that change a file. The next such call fails and changes nothing.
    /// </summary>
    public void FailAfter(int calls)
    {
        lock (_gate)
            _callsLeft = calls;
    }

    /// <summary>
    /// Turns the power off now, so that every call of the store fails. The files keep their bytes until <see cref="CutPower"/>.
    /// </summary>
    public void TurnOff()
    {
        lock (_gate)
            _isOff = true;
    }

    /// <summary>
    /// Simulates a power cut: unsynced bytes and names may be lost. Then turns the power on again. Open files become unusable.
    /// </summary>
    public void CutPower(Random random, UnsyncedBytes unsynced)
    {
        lock (_gate)
        {
            _names = new Dictionary<string, PowerCutFile>(_syncedNames);
            foreach (NameChange change in _unsyncedNames)
            {
                if (random.Next(2) == 0)
                    Apply(_names, change);
            }
            foreach (PowerCutFile file in _names.Values.Distinct())
                file.CutPower(random, unsynced);
            _unsyncedNames.Clear();
            _syncedNames.Clear();
            foreach ((string name, PowerCutFile file) in _names)
                _syncedNames.Add(name, file);
            TurnOn();
        }
    }

    /// <summary>
    /// Simulates the end of the process without a power cut: the files keep all written bytes, and unsynced bytes stay unsynced.
    /// </summary>
    public void KillProcess()
    {
        lock (_gate)
            TurnOn();
    }

    public IReadOnlyList<string> List(string directory)
    {
        lock (_gate)
        {
            ThrowIfOff();
            return [.. _names.Keys.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path))];
        }
    }

    public long? FreeBytes(string directory) => null;

    public bool Exists(string path)
    {
        lock (_gate)
            return _names.ContainsKey(path);
    }

    // Creates a real folder, because the lock file of a data directory is a real file.
    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    public IStoreFile Create(string path)
    {
        lock (_gate)
        {
            Count();
            if (_names.TryGetValue(path, out PowerCutFile? file))
                file.Truncate(0);
            else
                Change(new NameChange(Path.GetDirectoryName(path)!, Removed: null, path, file = new PowerCutFile()));
            return new Handle(this, file);
        }
    }

    public IStoreFile Open(string path, FileAccess access)
    {
        lock (_gate)
        {
            ThrowIfOff();
            return new Handle(
                this,
                _names.TryGetValue(path, out PowerCutFile? file) ? file : throw new FileNotFoundException($"{path} is not there", path));
        }
    }

    public void Delete(string path)
    {
        lock (_gate)
        {
            Count();
            if (_names.ContainsKey(path))
                Change(new NameChange(Path.GetDirectoryName(path)!, path, Added: null, File: null));
            _work.Add($"delete {Path.GetExtension(path)}");
        }
    }

    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            Count();
            PowerCutFile file = _names.TryGetValue(from, out PowerCutFile? found)
                ? found
                : throw new FileNotFoundException($"{from} is not there", from);
            Change(new NameChange(Path.GetDirectoryName(to)!, from, to, file));
            _work.Add($"rename {Path.GetExtension(to)}");
        }
    }

    public void SyncDirectory(string path)
    {
        lock (_gate)
        {
            Count();
            foreach (NameChange change in _unsyncedNames.Where(change => change.Folder == path))
                Apply(_syncedNames, change);
            _unsyncedNames.RemoveAll(change => change.Folder == path);
        }
    }

    private static void Apply(Dictionary<string, PowerCutFile> names, NameChange change)
    {
        if (change.Removed is not null)
            names.Remove(change.Removed);
        if (change.Added is not null)
            names[change.Added] = change.File!;
    }

    private void Change(NameChange change)
    {
        Apply(_names, change);
        _unsyncedNames.Add(change);
    }

    private void Count()
    {
        if (_callsLeft-- <= 0)
            _isOff = true;
        ThrowIfOff();
    }

    private void ThrowIfOff()
    {
        if (_isOff)
            throw new IOException("the power is off");
    }

    private void TurnOn() => (_isOff, _callsLeft, _opens) = (false, int.MaxValue, _opens + 1);

    private sealed class Handle(PowerCutFiles owner, PowerCutFile file) : IStoreFile
    {
        private readonly int _openedAt = owner._opens;

        public long Length
        {
            get
            {
                lock (owner._gate)
                    return file.Length;
            }
        }

        public int Read(Span<byte> target, long offset)
        {
            lock (owner._gate)
            {
                ThrowIfOff();
                return file.Read(target, offset);
            }
        }

        public void Write(ReadOnlySpan<byte> source, long offset)
        {
            lock (owner._gate)
            {
                Count();
                file.Write(source, offset);
            }
        }

        public void Truncate(long length)
        {
            lock (owner._gate)
            {
                Count();
                file.Truncate((int)length);
            }
        }

        public void Extend(long length)
        {
            lock (owner._gate)
            {
                Count();
                file.Extend((int)length);
            }
        }

        public bool TryAllocate(long length)
        {
            if (!owner.CanAllocate)
                return false;
            Extend(length);
            return true;
        }

        public void Sync()
        {
            lock (owner._gate)
            {
                Count();
                file.Sync();
            }
        }

        public void Dispose()
        {
            // A simulated file has no handle to close.
        }

        private void Count()
        {
            ThrowIfOff();
            owner.Count();
        }

        private void ThrowIfOff()
        {
            owner.ThrowIfOff();
            if (_openedAt != owner._opens)
                throw new IOException("the file was open when the power went off");
        }
    }
}
