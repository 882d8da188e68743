using Amqp.Storage.Files;

namespace Amqp.Storage.Inspection;

/// <summary>Access to the files of a data directory. All changes stay in memory, so recovery can run without changing the disk.</summary>
/// <remarks>Not thread-safe.</remarks>
/// <param name="below">The files on disk.</param>
/// <param name="counter">Counts the bytes read from disk.</param>
internal sealed class OverlayFiles(IStoreFiles below, ReadCounter counter) : IStoreFiles
{
    private readonly ReadCounter _counter = counter;
    // files that were written to memory, by path; they hide files on disk with the same path
    private readonly Dictionary<string, MemoryFile> _written = [];
    private readonly Dictionary<string, long> _cut = []; // lengths to which files on disk were truncated, by path
    private readonly HashSet<string> _gone = [];

    /// <summary>Returns an empty list for a folder that does not exist, because the store would create the folder.</summary>
    public IReadOnlyList<string> List(string directory)
    {
        IReadOnlyList<string> present;
        try
        {
            present = below.List(directory);
        }
        catch (DirectoryNotFoundException)
        {
            present = [];
        }
        IEnumerable<string> written = _written.Keys.Where(path => Path.GetDirectoryName(path) == directory)
            .Select(path => Path.GetFileName(path));
        return [.. present.Where(name => !_gone.Contains(Path.Combine(directory, name))).Union(written)];
    }

    public bool Exists(string path) => _written.ContainsKey(path) || (!_gone.Contains(path) && below.Exists(path));

    public long? FreeBytes(string directory) => below.FreeBytes(directory);

    public void CreateDirectory(string path)
    {
        // No folder needs to be created: in memory, a file can be created in any folder.
    }

    public IStoreFile Create(string path) => _written[path] = new MemoryFile([]);

    public IStoreFile Open(string path, FileAccess access)
    {
        if (_written.TryGetValue(path, out MemoryFile? written))
            return written;
        return _gone.Contains(path)
            ? throw new FileNotFoundException(null, path)
            : new ReadFile(this, path, below.Open(path, FileAccess.Read));
    }

    public void Delete(string path)
    {
        _written.Remove(path);
        _gone.Add(path);
    }

    /// <exception cref="NotSupportedException">The file is on disk. Recovery renames only files that it has written.</exception>
    public void Rename(string from, string to)
    {
        if (!_written.Remove(from, out MemoryFile? file))
            throw new NotSupportedException($"{from} is on disk");
        _written[to] = file;
    }

    public void SyncDirectory(string path)
    {
        // Nothing to sync, because all changes are in memory.
    }

    private sealed class ReadFile(OverlayFiles owner, string path, IStoreFile file) : IStoreFile
    {
        public long Length => owner._cut.TryGetValue(path, out long length) ? length : file.Length;

        public int Read(Span<byte> target, long offset)
        {
            int read = file.Read(target[..(int)Math.Clamp(Length - offset, 0, target.Length)], offset);
            owner._counter.Add(read);
            return read;
        }

        public void Truncate(long length) => owner._cut[path] = Math.Min(length, Length);

        /// <exception cref="NotSupportedException">Always: recovery never overwrites records.</exception>
        public void Write(ReadOnlySpan<byte> source, long offset) => throw new NotSupportedException($"{path} is on disk");

        /// <exception cref="NotSupportedException">Always: recovery never extends a file.</exception>
        public void Extend(long length) => throw new NotSupportedException($"{path} is on disk");

        public bool TryAllocate(long length) => false;

        public void Sync()
        {
            // Nothing to sync, because all changes are in memory.
        }

        public void Dispose() => file.Dispose();
    }
}
