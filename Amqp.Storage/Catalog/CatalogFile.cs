using System.Text;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Records;

namespace Amqp.Storage.Catalog;

/// <summary>The catalog's file: a log of changes. Not thread-safe, but for <see cref="Sync"/>, which may run beside anything.</summary>
internal sealed class CatalogFile : IDisposable
{
    /// <summary>In the data folder.</summary>
    public const string Name = "catalog.log";

    private const string NewExtension = ".new";

    private readonly IStoreFiles _files;
    private readonly string _directory;
    private readonly string _path;
    private readonly Lock _swap = new(); // held to sync, and to put another file in place
    private IStoreFile _file;
    private IOException? _folderFailure; // the file is in its place, and that may not survive a power cut; owned by _swap
    private byte[] _buffer = new byte[512];

    private CatalogFile(IStoreFiles files, string directory, string path, IStoreFile file) =>
        (_files, _directory, _path, _file) = (files, directory, path, file);

    /// <summary>Bytes in it.</summary>
    public long Length { get; private set; } = FileHeader.Size;

    /// <summary>Opens the catalog of a folder, or creates it, and reads it.</summary>
    /// <param name="files">Where the folder is.</param>
    /// <param name="directory">The folder.</param>
    /// <param name="entries">Receives what is in the catalog.</param>
    /// <param name="findings">Receives what is wrong with the file.</param>
    public static CatalogFile Open(IStoreFiles files, string directory, SortedDictionary<string, byte[]> entries, List<RecoveryFinding> findings)
    {
        string path = Path.Combine(directory, Name);
        if (!files.Exists(path))
            return new CatalogFile(files, directory, path, Create(files, directory, path, entries, out _));
        var catalog = new CatalogFile(files, directory, path, files.Open(path, FileAccess.ReadWrite));
        catalog.Read(entries, findings);
        return catalog;
    }

    /// <summary>Hands a change to the operating system in one write.</summary>
    /// <exception cref="StoreFullException">There is no room for it; the file is as before.</exception>
    public void Append(RecordType type, string key, ReadOnlySpan<byte> value)
    {
        Span<byte> record = Encode(ref _buffer, type, key, value, Length);
        try
        {
            _file.Write(record, Length);
        }
        catch (IOException cause) when (DiskFull.Is(cause))
        {
            _file.Truncate(Length); // half a record may be there, and what followed could not be found behind it
            throw DiskFull.Error(cause);
        }
        Length += record.Length;
    }

    /// <summary>Makes every change so far survive a power cut.</summary>
    public void Sync()
    {
        lock (_swap)
        {
            if (_folderFailure is not null)
                throw new IOException(_folderFailure.Message, _folderFailure);
            _file.Sync();
        }
    }

    /// <summary>Puts a file in place that holds these entries and nothing else. For a catalog that nobody else uses yet.</summary>
    /// <exception cref="StoreFullException">There is no room for it; the old one stays.</exception>
    private void Rewrite(SortedDictionary<string, byte[]> entries)
    {
        _file.Dispose();
        _file = Create(_files, _directory, _path, entries, out long length);
        Length = length;
    }

    /// <summary>Begins a file beside this one that holds these entries, all on disk.</summary>
    /// <exception cref="StoreFullException">There is no room for it.</exception>
    public CatalogFile BeginRewrite(IEnumerable<KeyValuePair<string, byte[]>> entries)
    {
        IStoreFile file = CreateBeside(_files, _path, entries, out long length);
        return new CatalogFile(_files, _directory, _path, file) { Length = length };
    }

    /// <summary>Gives up a file that <see cref="BeginRewrite"/> began.</summary>
    public void Abandon()
    {
        _file.Dispose();
        _files.Delete(_path + NewExtension);
    }

    /// <summary>Puts a file in this one's place that <see cref="BeginRewrite"/> began. From then on nothing counts as synced before the folder is.</summary>
    /// <param name="next">On disk with all that is in it once <paramref name="complete"/> returned true.</param>
    /// <param name="complete">Appends to it what is missing, and says whether that is all; then changes wait until the file is in its place.</param>
    /// <param name="exclude">Held against changes meanwhile.</param>
    /// <returns>False when that was not all.</returns>
    public bool TryReplace(CatalogFile next, Func<bool> complete, Lock exclude)
    {
        lock (_swap) // whoever syncs waits for the folder
        {
            lock (exclude)
            {
                if (!complete())
                    return false;
                _files.Rename(_path + NewExtension, _path);
                _file.Dispose();
                (_file, Length) = (next._file, next.Length);
            }
            try
            {
                _files.SyncDirectory(_directory);
            }
            catch (IOException failure)
            {
                _folderFailure = failure; // the next commit hears of it, and is the last
            }
            return true;
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Writes beside the old file, and only when all of it is on disk takes its place.</summary>
    private static IStoreFile Create(IStoreFiles files, string directory, string path, SortedDictionary<string, byte[]> entries, out long length)
    {
        IStoreFile file = CreateBeside(files, path, entries, out length);
        try
        {
            files.Rename(path + NewExtension, path);
            files.SyncDirectory(directory);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static IStoreFile CreateBeside(IStoreFiles files, string path, IEnumerable<KeyValuePair<string, byte[]>> entries, out long length)
    {
        IStoreFile? file = null;
        try
        {
            file = files.Create(path + NewExtension);
            length = WriteAll(file, entries);
            file.Sync();
            return file;
        }
        catch (Exception error)
        {
            file?.Dispose();
            if (error is not IOException cause || !DiskFull.Is(cause))
                throw;
            if (file is not null)
                files.Delete(path + NewExtension);
            throw DiskFull.Error(cause);
        }
    }

    /// <returns>The length of the file.</returns>
    private static long WriteAll(IStoreFile file, IEnumerable<KeyValuePair<string, byte[]>> entries)
    {
        byte[] buffer = new byte[FileHeader.Size];
        FileHeader.Write(buffer, FileHeader.CatalogMagic, id: 0);
        file.Write(buffer, 0);
        long length = FileHeader.Size;
        foreach ((string key, byte[] value) in entries)
        {
            Span<byte> record = Encode(ref buffer, RecordType.CatalogPut, key, value, length);
            file.Write(record, length);
            length += record.Length;
        }
        return length;
    }

    private static Span<byte> Encode(ref byte[] buffer, RecordType type, string key, ReadOnlySpan<byte> value, long offset)
    {
        int size = CatalogRecord.Size(Encoding.UTF8.GetByteCount(key), value.Length);
        if (buffer.Length < size)
            buffer = new byte[Math.Max(size, 2 * buffer.Length)];
        Span<byte> record = buffer.AsSpan(0, size);
        CatalogRecord.Write(record, type, key, value);
        RecordHeader.WriteChecksum(record, file: 0, offset);
        return record;
    }

    private void Read(SortedDictionary<string, byte[]> entries, List<RecoveryFinding> findings)
    {
        byte[] bytes = new byte[_file.Length];
        _file.Read(bytes, 0);
        int found = findings.Count;
        Length = CatalogScan.Read(_path, bytes, findings, (record, _) => CatalogScan.Apply(record, entries));
        if (Length < bytes.Length)
        {
            _file.Truncate(Length);
        }
        _file.Sync(); // the last run may not have come to that, and what is in the log from now on relies on it
        if (findings.Skip(found).Any(finding => !finding.IsTornTail))
        {
            KeepDamaged(bytes);
            Rewrite(entries);
        }
    }

    /// <summary>Sets a copy of a damaged catalog aside, for whoever can read more out of it.</summary>
    private void KeepDamaged(byte[] bytes)
    {
        using IStoreFile copy = _files.Create(_path + ".damaged");
        copy.Write(bytes, 0);
        copy.Sync();
    }
}
