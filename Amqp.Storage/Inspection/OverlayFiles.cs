using Amqp.Storage.Files;

namespace Amqp.Storage.Inspection;

/// <summary>Files as they are on disk, over which changes lie that stay in memory: what repairs while it reads can be used to look only.</summary>
/// <remarks>What is below is listed and opened to read, and nothing else. Not thread-safe.</remarks>
/// <param name="below">The files on disk.</param>
/// <param name="counter">Counts the bytes that come from there.</param>
internal sealed class OverlayFiles(IStoreFiles below, ReadCounter counter) : IStoreFiles
{
    private readonly ReadCounter _counter = counter;
    private readonly Dictionary<string, MemoryFile> _written = []; // in place of those on disk
    private readonly Dictionary<string, long> _cut = []; // files on disk, and how many of their bytes count
    private readonly HashSet<string> _gone = [];

    /// <summary>Empty for a folder that is not there: a start would create it.</summary>
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
        IEnumerable<string> written = _written.Keys.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path));
        return [.. present.Where(name => !_gone.Contains(Path.Combine(directory, name))).Union(written)];
    }

    public bool Exists(string path) => _written.ContainsKey(path) || (!_gone.Contains(path) && below.Exists(path));

    public long? FreeBytes(string directory) => below.FreeBytes(directory);

    public void CreateDirectory(string path)
    {
        // Files that are created later are in it, wherever it is.
    }

    public IStoreFile Create(string path) => _written[path] = new MemoryFile([]);

    public IStoreFile Open(string path, FileAccess access)
    {
        if (_written.TryGetValue(path, out MemoryFile? written))
            return written;
        return _gone.Contains(path) ? throw new FileNotFoundException(null, path) : new ReadFile(this, path, below.Open(path, FileAccess.Read));
    }

    public void Delete(string path)
    {
        _written.Remove(path);
        _gone.Add(path);
    }

    /// <exception cref="NotSupportedException">The file is on disk: nobody who only looks gives it another name.</exception>
    public void Rename(string from, string to)
    {
        if (!_written.Remove(from, out MemoryFile? file))
            throw new NotSupportedException($"{from} is on disk");
        _written[to] = file;
    }

    public void SyncDirectory(string path)
    {
        // Nothing is to survive.
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

        /// <exception cref="NotSupportedException">Always: records are never written over.</exception>
        public void Write(ReadOnlySpan<byte> source, long offset) => throw new NotSupportedException($"{path} is on disk");

        /// <exception cref="NotSupportedException">Always: who only looks takes no room.</exception>
        public void Extend(long length) => throw new NotSupportedException($"{path} is on disk");

        public void Sync()
        {
            // Nothing was written.
        }

        public void Dispose() => file.Dispose();
    }
}
