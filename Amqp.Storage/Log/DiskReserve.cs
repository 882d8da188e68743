using Amqp.Storage.Files;

namespace Amqp.Storage.Log;

/// <summary>
/// A file that reserves disk space for settle records. If settle records cannot be written, the file shrinks. Later the file grows again.
/// </summary>
/// <remarks>Used by the committer only. The contents have no meaning, so the file is never synced.</remarks>
internal sealed class DiskReserve(IStoreFiles files, string path, long size) : IDisposable
{
    public const string FileName = "reserve";

    /// <summary>Number of steps in which the reserve shrinks.</summary>
    private const int Pieces = 16;

    private const long SmallestPiece = 4 << 10;

    private IStoreFile? _file;
    private long _length;

    /// <summary>Full size of the reserve in bytes; 0 if there is no reserve.</summary>
    public long Size => size;

    /// <summary>True if the reserve has its full size.</summary>
    public bool IsWhole => _length >= size;

    /// <summary>Returns the default size: one segment or 5 % of the disk that holds the directory, whichever is smaller.</summary>
    public static long DefaultSize(string directory, long segmentSize)
    {
        try
        {
            return Math.Min(segmentSize, new DriveInfo(directory).TotalSize / 20);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return segmentSize;
        }
    }

    /// <summary>
    /// Empties the file if the disk has little space, because the recovery may need space for indexes. Call before <see cref="Open"/>.
    /// </summary>
    public void ReleaseForStart()
    {
        if (!files.Exists(path) || files.FreeBytes(Path.GetDirectoryName(path)!) >= size)
            return;
        using IStoreFile file = files.Open(path, FileAccess.ReadWrite);
        file.Truncate(0);
    }

    /// <summary>
    /// Opens the file, and extends it to the configured size if the disk has the space. If the size is 0, deletes the file.
    /// </summary>
    /// <exception cref="IOException">The file cannot be opened, or it cannot be extended although the disk is not full.</exception>
    public void Open()
    {
        bool isThere = files.Exists(path);
        if (size == 0)
        {
            if (isThere)
                files.Delete(path);
            return;
        }
        if (isThere)
        {
            _file = files.Open(path, FileAccess.ReadWrite);
            if (_file.Length > size)
                _file.Truncate(size);
        }
        // Extends the file even if it has the full size. In a copy of the data directory, the file may be sparse.
        if (!TryRestore())
            _length = _file?.Length ?? 0;
    }

    /// <summary>Extends the reserve to its full size.</summary>
    /// <returns>False if the disk is full. The reserve has not changed.</returns>
    public bool TryRestore()
    {
        if (IsWhole)
            return true;
        long before = _file?.Length ?? 0;
        try
        {
            _file ??= files.Create(path);
            _file.Extend(size);
            _length = size;
            return true;
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            _file?.Truncate(before); // frees the space that this call has taken, because other programs may need disk space
            return false;
        }
    }

    /// <summary>Shrinks the reserve by one step.</summary>
    /// <returns>False if the reserve is empty.</returns>
    public bool TryShrink()
    {
        if (_length == 0 || _file is null)
            return false;
        _length = Math.Max(0, _length - Math.Max(size / Pieces, SmallestPiece));
        _file.Truncate(_length);
        return true;
    }

    public void Dispose() => _file?.Dispose();
}
