using System.Text;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Records;

namespace Amqp.Storage.Catalog;

/// <summary>The file of the catalog: a log of changes. Not thread-safe, but <see cref="Sync"/> may run at any time.</summary>
internal sealed class CatalogFile : IDisposable
{
    public const string Name = "catalog.log";

    private const string NewExtension = ".new";

    private readonly IStoreFiles _files;
    private readonly string _directory;
    private readonly string _path;
    private readonly Lock _swap = new(); // held while the file is synced, and while it is replaced
    private IStoreFile _file;
    // Set if the folder could not be synced after a new file was renamed. The old file may then return after a power cut. Guarded by _swap.
    private IOException? _folderFailure;
    private byte[] _buffer = new byte[512];

    private CatalogFile(IStoreFiles files, string directory, string path, IStoreFile file) =>
        (_files, _directory, _path, _file) = (files, directory, path, file);

    public long Length { get; private set; } = FileHeader.Size;

    /// <summary>Opens or creates the catalog of a data directory, and reads it.</summary>
    /// <param name="files">Access to the directory.</param>
    /// <param name="directory">Path of the data directory.</param>
    /// <param name="entries">Receives the entries.</param>
    /// <param name="findings">Receives damage and unfinished writes.</param>
    public static CatalogFile Open(
        IStoreFiles files, string directory, SortedDictionary<string, byte[]> entries, List<RecoveryFinding> findings)
    {
        string path = Path.Combine(directory, Name);
        if (!files.Exists(path))
            return new CatalogFile(files, directory, path, Create(files, directory, path, entries, out _));
        var catalog = new CatalogFile(files, directory, path, files.Open(path, FileAccess.ReadWrite));
        catalog.Read(entries, findings);
        return catalog;
    }

    /// <summary>Appends a change to the file.</summary>
    /// <exception cref="StoreFullException">The disk is full. The file is unchanged.</exception>
    public void Append(RecordType type, string key, ReadOnlySpan<byte> value)
    {
        Span<byte> record = Encode(ref _buffer, type, key, value, Length);
        try
        {
            _file.Write(record, Length);
        }
        catch (IOException cause) when (DiskFull.Is(cause))
        {
            _file.Truncate(Length); // removes the part of the record that was written
            throw DiskFull.Error(cause);
        }
        Length += record.Length;
    }

    /// <summary>Syncs all changes that have been written.</summary>
    public void Sync()
    {
        lock (_swap)
        {
            if (_folderFailure is not null)
                throw new IOException(_folderFailure.Message, _folderFailure);
            _file.Sync();
        }
    }

    /// <summary>Replaces the file by a new file with only these entries. The caller has exclusive use of the catalog.</summary>
    /// <exception cref="StoreFullException">The disk is full. The old file stays.</exception>
    private void Rewrite(SortedDictionary<string, byte[]> entries)
    {
        _file.Dispose();
        _file = Create(_files, _directory, _path, entries, out long length);
        Length = length;
    }

    /// <summary>Writes these entries to a new file next to the catalog, and syncs the new file.</summary>
    /// <exception cref="StoreFullException">The disk is full.</exception>
    public CatalogFile BeginRewrite(IEnumerable<KeyValuePair<string, byte[]>> entries)
    {
        IStoreFile file = CreateBeside(_files, _path, entries, out long length);
        return new CatalogFile(_files, _directory, _path, file) { Length = length };
    }

    /// <summary>Deletes a file from <see cref="BeginRewrite"/> that will not replace the catalog.</summary>
    public void Abandon()
    {
        _file.Dispose();
        _files.Delete(_path + NewExtension);
    }

    /// <summary>
    /// Replaces this file by a file from <see cref="BeginRewrite"/>, and syncs the folder. A concurrent <see cref="Sync"/> waits.
    /// </summary>
    /// <param name="next">The new file.</param>
    /// <param name="complete">Appends missing changes to the new file. Returns true if the new file is complete and synced.</param>
    /// <param name="exclude">
    /// The lock of the threads that change the catalog. Held during <paramref name="complete"/> and until the new file is in place.
    /// </param>
    /// <returns>False if <paramref name="complete"/> returned false. The old file then stays in place.</returns>
    public bool TryReplace(CatalogFile next, Func<bool> complete, Lock exclude)
    {
        lock (_swap) // a concurrent Sync waits until the folder is synced
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
                _folderFailure = failure; // the next Sync throws this failure, and then the committer ends
            }
            return true;
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Writes a file under a temporary name, syncs it, and renames it to its name in the data directory.</summary>
    private static IStoreFile Create(
        IStoreFiles files, string directory, string path, SortedDictionary<string, byte[]> entries, out long length)
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

    private static IStoreFile CreateBeside(
        IStoreFiles files, string path, IEnumerable<KeyValuePair<string, byte[]>> entries, out long length)
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
        _file.Sync(); // the log relies on the catalog, and the previous process may have ended before a sync
        if (findings.Skip(found).Any(finding => !finding.IsTornTail))
        {
            KeepDamaged(bytes);
            Rewrite(entries);
        }
    }

    /// <summary>Copies a damaged catalog to another file, so that an operator can recover entries from it.</summary>
    private void KeepDamaged(byte[] bytes)
    {
        using IStoreFile copy = _files.Create(_path + ".damaged");
        copy.Write(bytes, 0);
        copy.Sync();
    }
}
