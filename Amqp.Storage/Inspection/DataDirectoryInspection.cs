using Amqp.Storage.Catalog;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Records;
using Amqp.Storage.Recovery;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Inspection;

/// <summary>
/// Reads a data directory that no broker uses. If there is a lock file, no broker can open the directory during the inspection.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class DataDirectoryInspection : IDisposable
{
    private readonly string _path;
    private readonly IStoreFiles _files;
    private readonly DirectoryLock? _lock; // null if the directory has no lock file, as in a copy of a data directory
    private readonly List<RecoveryFinding> _catalogFindings = [];
    private readonly SortedDictionary<string, CatalogEntry> _catalog = new(StringComparer.Ordinal);
    private readonly long _catalogBytes;

    private DataDirectoryInspection(string path, IStoreFiles files, DirectoryLock? heldLock)
    {
        (_path, _files, _lock) = (path, files, heldLock);
        FormatVersion = FormatFile.Read(files, path)
            ?? throw new DataDirectoryException(
                $"{path} is not a data directory: it has no file named {FormatFile.Name}; pass the "
                    + "directory that a broker was started with");
        _catalogBytes = ReadCatalog();
        Size = DiskUsage.Of(path);
    }

    /// <summary>The format version of the directory. See docs/store-format.md.</summary>
    public int FormatVersion { get; }

    /// <summary>Bytes of the directory's files on disk, by purpose.</summary>
    public DiskUsage Size { get; }

    /// <summary>All entries of the catalog, in the ordinal order of their keys.</summary>
    public IReadOnlyCollection<CatalogEntry> Catalog => _catalog.Values;

    /// <summary>Path of the catalog's file. The file may not exist.</summary>
    public string CatalogPath => Path.Combine(_path, CatalogFile.Name);

    private string SegmentsPath => Path.Combine(_path, SegmentSet.FolderName);

    /// <summary>Opens a data directory for inspection, and reads its catalog.</summary>
    /// <exception cref="DataDirectoryException">
    /// The directory does not exist, is not a data directory, is in use, has a newer format, or cannot be accessed.
    /// </exception>
    public static DataDirectoryInspection Open(string path) => Open(path, new DiskFiles());

    internal static DataDirectoryInspection Open(string path, IStoreFiles files)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!Directory.Exists(path))
            throw new DataDirectoryException(
                $"{(File.Exists(path) ? $"{path} is a file, not a data directory" : $"there is no directory {path}")}"
                    + "; pass the directory that a broker was started with");
        DirectoryLock? heldLock = null;
        try
        {
            heldLock = DirectoryLock.Share(path);
            return new DataDirectoryInspection(path, files, heldLock);
        }
        catch (Exception cause)
        {
            heldLock?.Dispose();
            if (cause is IOException or UnauthorizedAccessException)
                throw new DataDirectoryException($"the data directory {path} cannot be read: {cause.Message}");
            throw;
        }
    }

    /// <summary>Counts the contents of the log. Reads the index of each segment, or all records of a segment without an index.</summary>
    /// <param name="durableQueues">Numbers of the existing queues. Messages of other queues are dead.</param>
    /// <param name="progress">Receives the progress, on the caller's thread.</param>
    /// <exception cref="DataDirectoryException">A broker has opened the directory in the meantime.</exception>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public DataDirectoryContents Inspect(IReadOnlySet<uint> durableQueues, IProgress<InspectionProgress>? progress = null)
    {
        var counter = new ReadCounter(progress) { BytesToRead = Size.Indexes + BytesWithoutIndex() };
        var log = new LogInspection(new OverlayFiles(_files, counter), SegmentsPath, durableQueues);
        IReadOnlyList<SegmentContents> segments = log.Run();
        CheckUnused();
        return new DataDirectoryContents(segments, log.Queues, [.. _catalogFindings.Concat(log.Findings).Select(InspectionFinding.Of)]);
    }

    /// <summary>Reads everything and verifies every record. Compares each index with its segment.</summary>
    /// <param name="progress">Receives the progress, on the caller's thread.</param>
    /// <exception cref="DataDirectoryException">A broker has opened the directory in the meantime.</exception>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public DataDirectoryVerdict Verify(IProgress<InspectionProgress>? progress = null)
    {
        var counter = new ReadCounter(progress) { BytesToRead = _catalogBytes + Size.Log + Size.Indexes + Size.Acknowledgements };
        counter.Add(_catalogBytes);
        var findings = _catalogFindings.Select(InspectionFinding.Of).ToList();
        int segments = new LogVerification(new OverlayFiles(_files, counter), findings).Run(SegmentsPath);
        CheckUnused();
        return new DataDirectoryVerdict(segments, counter.BytesRead, findings);
    }

    /// <summary>Unlocks the directory, so that a broker can open it.</summary>
    public void Dispose() => _lock?.Dispose();

    private long ReadCatalog()
    {
        if (!_files.Exists(CatalogPath))
            return 0;
        MemoryFile file = MemoryFile.Of(_files, CatalogPath);
        CatalogScan.Read(CatalogPath, file.Bytes, _catalogFindings, (record, offset) =>
        {
            string key = CatalogRecord.ReadKey(record);
            if (RecordHeader.ReadType(record) == RecordType.CatalogPut)
                _catalog[key] = new CatalogEntry(key, CatalogRecord.ReadValue(record).ToArray(), offset, record.Length);
            else
                _catalog.Remove(key);
        });
        return file.Length;
    }

    private long BytesWithoutIndex()
    {
        IReadOnlyList<SegmentFile> segments = SegmentFile.In(new OverlayFiles(_files, new ReadCounter(null)), SegmentsPath);
        return segments.Where(segment => !segment.HasIndex).Sum(segment => new FileInfo(segment.Path).Length);
    }

    private void CheckUnused()
    {
        if (_lock is null && File.Exists(DirectoryLock.PathOf(_path)))
            throw new DataDirectoryException(
                $"a broker opened the data directory {_path} during the inspection, so the result is not valid");
    }
}
