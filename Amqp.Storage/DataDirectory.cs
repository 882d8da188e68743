using Amqp.Storage.Catalog;
using Amqp.Storage.Commits;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Log;
using Amqp.Storage.Messages;
using Amqp.Storage.Paging;
using Amqp.Storage.Queues;
using Amqp.Storage.Recovery;
using Amqp.Storage.Segments;

namespace Amqp.Storage;

/// <summary>The directory in which a broker stores messages and definitions. Only one broker at a time can open it.</summary>
public sealed class DataDirectory : IDisposable
{
    private readonly string _path;
    private readonly IStoreFiles _files;
    private readonly StoreOptions _options;
    private readonly DirectoryLock _lock;
    private readonly CommitSignal _signal = new();
    private readonly List<RecoveryFinding> _findings = [];
    private readonly DiskReserve _reserve;
    private readonly FileCatalog _catalog;
    private readonly PageFolder _pages;
    private FileMessageStore? _store;

    private DataDirectory(string path, IStoreFiles files, StoreOptions options, DirectoryLock heldLock)
    {
        (_path, _files, _options, _lock) = (path, files, options, heldLock);
        CheckFormat();
        _reserve = new DiskReserve(
            files,
            Path.Combine(path, DiskReserve.FileName),
            options.DiskReserveBytes ?? DiskReserve.DefaultSize(path, options.SegmentSize));
        _reserve.ReleaseForStart();
        files.CreateDirectory(SegmentsPath);
        _pages = new PageFolder(files, Path.Combine(path, "pages"));
        files.SyncDirectory(path);
        _catalog = new FileCatalog(files, path, _signal, _findings);
        DefinitionSync = new DefinitionSync(_catalog);
        Report = new RecoveryReport { Findings = [.. _findings] };
    }

    /// <summary>The durable definitions.</summary>
    public ICatalog Catalog => _catalog;

    /// <summary>Waits until changed definitions are durable.</summary>
    public DefinitionSync DefinitionSync { get; }

    /// <summary>Number and duration of reads, writes and syncs of the directory's files, since the directory was opened.</summary>
    public FileUsage Usage => _files.Usage;

    /// <summary>Result of recovery. Before <see cref="OpenStore"/>, the report has only the findings of the catalog.</summary>
    public RecoveryReport Report { get; private set; }

    private string SegmentsPath => Path.Combine(_path, SegmentSet.FolderName);

    /// <summary>Opens or creates a directory, and reads its catalog.</summary>
    /// <exception cref="DataDirectoryException">
    /// The directory is in use, has a newer format, is not a data directory, or cannot be accessed.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static DataDirectory Open(string path, StoreOptions options) => Open(path, options, new DiskFiles());

    internal static DataDirectory Open(string path, StoreOptions options, IStoreFiles files)
    {
        options.Check();
        path = Path.GetFullPath(path);
        DirectoryLock? heldLock = null;
        try
        {
            files.CreateDirectory(path);
            heldLock = DirectoryLock.Take(path);
            return new DataDirectory(path, files, options, heldLock);
        }
        catch (Exception cause)
        {
            heldLock?.Dispose();
            if (cause is IOException or UnauthorizedAccessException or StoreFullException)
                throw new DataDirectoryException($"the data directory {path} cannot be opened: {cause.Message}");
            throw;
        }
    }

    /// <summary>Recovers the messages of the last run and opens the store.</summary>
    /// <param name="durableQueues">Numbers of the existing queues. The messages of other queues are discarded.</param>
    /// <param name="aside">
    /// Messages to add to <see cref="StoredQueue.Aside"/> instead of making them ready. If such a message is not found,
    /// <see cref="Report"/> lists it.
    /// </param>
    /// <exception cref="InvalidOperationException">The store was opened before.</exception>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public IMessageStore OpenStore(IReadOnlySet<uint> durableQueues, params IReadOnlyCollection<MessagePlace> aside)
    {
        if (_store is not null)
            throw new InvalidOperationException("the store was opened before");
        var segments = new SegmentSet(SegmentsPath, _signal);
        RecoveredLog recovered = new LogRecovery(_files, durableQueues, _options, aside).Run(segments);
        Report = new RecoveryReport
        {
            Messages = recovered.Report.Messages,
            AsideMissing = recovered.Report.AsideMissing,
            HighestQueue = recovered.Report.HighestQueue,
            Segments = recovered.Report.Segments,
            SegmentsIndexed = recovered.Report.SegmentsIndexed,
            Bytes = recovered.Report.Bytes,
            Elapsed = recovered.Report.Elapsed,
            Findings = [.. _findings, .. recovered.Report.Findings],
        };
        _reserve.Open();
        return _store = new FileMessageStore(recovered, _pages, _files, _catalog, _signal, _reserve, _options);
    }

    /// <summary>Closes the store if it is still open, syncs the catalog, and unlocks the directory.</summary>
    public void Dispose()
    {
        try
        {
            _store?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            _catalog.Dispose();
        }
        finally
        {
            _lock.Dispose();
        }
    }

    private void CheckFormat()
    {
        int? version = FormatFile.Read(_files, _path);
        if (version is null && _files.Exists(Path.Combine(_path, CatalogFile.Name)))
            throw new DataDirectoryException($"the data directory {_path} has no file named {FormatFile.Name}, so its format is unknown");
        if (version is null or < FormatFile.Newest)
            FormatFile.Write(_files, _path, FormatFile.Newest); // written first, so that an older broker rejects the directory
    }
}
