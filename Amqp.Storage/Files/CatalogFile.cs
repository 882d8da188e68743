using System.Text;

namespace Amqp.Storage;

/// <summary>The catalog's file: a log of changes. Not thread-safe, but for <see cref="Sync"/>, which may run beside anything.</summary>
internal sealed class CatalogFile : IDisposable
{
    /// <summary>In the data folder.</summary>
    public const string Name = "catalog.log";

    private readonly IStoreFiles _files;
    private readonly string _directory;
    private readonly string _path;
    private readonly Lock _swap = new(); // held to sync, and to put another file in place
    private IStoreFile _file;
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
            _file.Sync();
    }

    /// <summary>Puts a file in place that holds these entries and nothing else.</summary>
    /// <exception cref="StoreFullException">There is no room for it; the old one stays.</exception>
    public void Rewrite(SortedDictionary<string, byte[]> entries)
    {
        IStoreFile file = Create(_files, _directory, _path, entries, out long length);
        lock (_swap)
        {
            _file.Dispose();
            _file = file;
        }
        Length = length;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Writes beside the old file, and only when all of it is on disk takes its place.</summary>
    private static IStoreFile Create(IStoreFiles files, string directory, string path, SortedDictionary<string, byte[]> entries, out long length)
    {
        IStoreFile? file = null;
        try
        {
            file = files.Create(path + ".new");
            length = WriteAll(file, entries);
            file.Sync();
            files.Rename(path + ".new", path);
        }
        catch (Exception error)
        {
            file?.Dispose();
            if (error is not IOException cause || !DiskFull.Is(cause))
                throw;
            if (file is not null)
                files.Delete(path + ".new");
            throw DiskFull.Error(cause);
        }
        try
        {
            files.SyncDirectory(directory);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <returns>The length of the file.</returns>
    private static long WriteAll(IStoreFile file, SortedDictionary<string, byte[]> entries)
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
