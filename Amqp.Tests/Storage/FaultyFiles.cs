using Amqp.Storage.Files;

namespace Amqp.Tests.Storage;

/// <summary>Real files whose calls a test can pause, make fail, and inspect.</summary>
internal sealed class FaultyFiles : IStoreFiles
{
    private readonly DiskFiles _disk = new();
    private readonly Lock _gate = new();
    private readonly List<string> _calls = [];

    /// <summary>
    /// Called before each call that changes a file or a folder. Gets the name of the call, such as "write" or "sync", and the name of the
    /// file. An exception makes the call fail.
    /// </summary>
    public Action<string, string> Before { get; set; } = (_, _) => { };

    /// <summary>
    /// Called before each write. Gets the file's name. Returns how many bytes of the write fit on the disk; by default all of them.
    /// </summary>
    public Func<string, int> Room { get; set; } = _ => int.MaxValue;

    /// <summary>Called before each read. Gets the file's name. An exception makes the read fail.</summary>
    public Action<string> BeforeRead { get; set; } = _ => { };

    /// <summary>
    /// Called before each write. Gets the file's name. If the function returns an exception, the write stores half of the bytes and throws
    /// this exception.
    /// </summary>
    public Func<string, IOException?> CutShort { get; set; } = _ => null;

    /// <summary>The error of a broken device: EIO.</summary>
    public static IOException Broken => new("Input/output error", 5);

    /// <summary>The calls so far, each with the file's name, such as "sync 1.log".</summary>
    public string[] Calls
    {
        get
        {
            lock (_gate)
                return [.. _calls];
        }
    }

    /// <summary>True for files whose syncs take no time, because nothing is synced.</summary>
    public bool SkipsSyncs { get; set; }

    /// <summary>The free disk space to report; null for the real value.</summary>
    public long? Free { get; set; }

    /// <summary>
    /// Makes calls that change a file fail if <paramref name="isChosen"/> is true for the call's name and the file's name.
    /// </summary>
    public void Fail(Func<string, string, bool> isChosen, Exception? failure = null) => Before = (call, name) =>
    {
        if (isChosen(call, name))
            throw failure ?? Broken;
    };

    /// <summary>Makes later reads of a file fail if <paramref name="isChosen"/> returns true for the file's name.</summary>
    public void FailReads(Func<string, bool> isChosen) => BeforeRead = name =>
    {
        if (isChosen(name))
            throw Broken;
    };

    public IReadOnlyList<string> List(string directory) => _disk.List(directory);

    public bool Exists(string path) => _disk.Exists(path);

    public void CreateDirectory(string path) => _disk.CreateDirectory(path);

    public long? FreeBytes(string directory) => Free ?? _disk.FreeBytes(directory);

    public IStoreFile Create(string path)
    {
        Note("create", path);
        return new WatchedFile(this, path, _disk.Create(path));
    }

    public IStoreFile Open(string path, FileAccess access) => new WatchedFile(this, path, _disk.Open(path, access));

    public void Delete(string path)
    {
        Note("delete", path);
        _disk.Delete(path);
    }

    public void Rename(string from, string to)
    {
        Note("rename", to);
        _disk.Rename(from, to);
    }

    public void SyncDirectory(string path)
    {
        Note("sync", path);
        _disk.SyncDirectory(path);
    }

    private void Note(string call, string path)
    {
        string name = Path.GetFileName(path);
        Before(call, name);
        lock (_gate)
            _calls.Add($"{call} {name}");
    }

    private sealed class WatchedFile(FaultyFiles owner, string path, IStoreFile file) : IStoreFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> target, long offset)
        {
            owner.BeforeRead(Path.GetFileName(path));
            return file.Read(target, offset);
        }

        public void Write(ReadOnlySpan<byte> source, long offset)
        {
            owner.Note("write", path);
            if (owner.CutShort(System.IO.Path.GetFileName(path)) is { } failure)
            {
                file.Write(source[..(source.Length / 2)], offset);
                throw failure;
            }
            int room = owner.Room(System.IO.Path.GetFileName(path));
            file.Write(source[..Math.Min(room, source.Length)], offset);
            if (room < source.Length)
                throw new IOException("No space left on device", 28); // the error number of ENOSPC
        }

        public void Truncate(long length)
        {
            owner.Note("truncate", path);
            file.Truncate(length);
        }

        public void Extend(long length)
        {
            owner.Note("extend", path);
            file.Extend(length);
        }

        public bool TryAllocate(long length)
        {
            owner.Note("allocate", path);
            return file.TryAllocate(length);
        }

        public void Sync()
        {
            owner.Note("sync", path);
            if (!owner.SkipsSyncs)
                file.Sync();
        }

        public void Dispose() => file.Dispose();
    }
}
