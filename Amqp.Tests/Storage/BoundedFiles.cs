using Amqp.Storage.Files;

namespace Amqp.Tests.Storage;

/// <summary>Real files on a simulated disk of a given size in bytes. Writes fail when the disk is full. Thread-safe.</summary>
internal sealed class BoundedFiles(long capacity) : IStoreFiles
{
    private readonly DiskFiles _disk = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _lengths = [];
    private long _used;
    private int _refusals;
    private long _capacity = capacity;

    /// <summary>Creates a disk that holds the files of the folder and has no free byte.</summary>
    public static BoundedFiles FullWith(string folder)
    {
        var files = new BoundedFiles(0);
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
            files.SetLength(file.FullName, file.Length);
        files.Fill();
        return files;
    }

    /// <summary>Number of calls that failed because the disk was full.</summary>
    public int Refusals
    {
        get
        {
            lock (_gate)
                return _refusals;
        }
    }

    /// <summary>Returns a copy of the files that would be left if the process were killed at this moment.</summary>
    public TestFolder Crash(TestFolder folder)
    {
        lock (_gate)
            return folder.Copy();
    }

    /// <summary>Makes the disk full, as if other programs had filled it.</summary>
    public void Fill()
    {
        lock (_gate)
            _capacity = _used;
    }

    /// <summary>Makes some bytes of the disk free, as if another program had deleted files.</summary>
    public void Free(long bytes)
    {
        lock (_gate)
            _capacity += bytes;
    }

    public IReadOnlyList<string> List(string directory) => _disk.List(directory);

    public bool Exists(string path) => _disk.Exists(path);

    public void CreateDirectory(string path) => _disk.CreateDirectory(path);

    public long? FreeBytes(string directory)
    {
        lock (_gate)
            return Math.Max(0, _capacity - _used);
    }

    public IStoreFile Create(string path)
    {
        lock (_gate)
        {
            var file = _disk.Create(path);
            SetLength(path, 0);
            return new BoundedFile(this, path, file);
        }
    }

    public IStoreFile Open(string path, FileAccess access)
    {
        lock (_gate)
        {
            var file = _disk.Open(path, access);
            if (!_lengths.ContainsKey(path))
                SetLength(path, file.Length);
            return new BoundedFile(this, path, file);
        }
    }

    public void Delete(string path)
    {
        lock (_gate)
        {
            _disk.Delete(path);
            Forget(path);
        }
    }

    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            _disk.Rename(from, to);
            long length = _lengths.GetValueOrDefault(from);
            Forget(from);
            SetLength(to, length);
        }
    }

    public void SyncDirectory(string path) => _disk.SyncDirectory(path);

    private void Forget(string path)
    {
        SetLength(path, 0);
        _lengths.Remove(path);
    }

    private void SetLength(string path, long length)
    {
        _used += length - _lengths.GetValueOrDefault(path);
        _lengths[path] = length;
    }

    /// <summary>Grows a file to the given length, or to less if the disk becomes full. Returns the length that is reached.</summary>
    private long Grow(string path, long length)
    {
        long now = _lengths.GetValueOrDefault(path);
        if (length <= now)
            return length;
        long reached = Math.Min(length, now + Math.Max(0, _capacity - _used));
        SetLength(path, reached);
        return reached;
    }

    private IOException NoRoom()
    {
        _refusals++;
        return new("No space left on device", 28); // the error number of ENOSPC
    }

    private sealed class BoundedFile(BoundedFiles owner, string path, IStoreFile file) : IStoreFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> target, long offset) => file.Read(target, offset);

        public void Write(ReadOnlySpan<byte> source, long offset)
        {
            lock (owner._gate)
            {
                long reached = owner.Grow(path, offset + source.Length);
                file.Write(source[..(int)Math.Max(0, Math.Min(source.Length, reached - offset))], offset);
                if (reached < offset + source.Length)
                    throw owner.NoRoom();
            }
        }

        public void Truncate(long length)
        {
            lock (owner._gate)
            {
                file.Truncate(length);
                owner.SetLength(path, length);
            }
        }

        public void Extend(long length)
        {
            lock (owner._gate)
            {
                long reached = owner.Grow(path, length);
                file.Extend(reached);
                if (reached < length)
                    throw owner.NoRoom(); // the bytes that fitted stay in the file, as on some file systems
            }
        }

        public bool TryAllocate(long length)
        {
            Extend(length);
            return true;
        }

        public void Sync() => file.Sync();

        public void Dispose() => file.Dispose();
    }
}
