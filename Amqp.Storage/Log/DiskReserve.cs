using Amqp.Storage.Files;

namespace Amqp.Storage.Log;

/// <summary>
/// A file that reserves disk space for settles. It shrinks when a full disk keeps settles from being written, and grows again when the disk
/// has space.
/// </summary>
/// <remarks>
/// On a full disk, consumers free space by settling messages, and the records of the settles need a little space themselves. The contents
/// of the file have no meaning. So the file is never synced, and the store accepts a file of any length when it starts. Used by the
/// committer only.
/// </remarks>
internal sealed class DiskReserve(IStoreFiles files, string path, long size) : IDisposable
{
    public const string FileName = "reserve";

    /// <summary>Number of steps in which the reserve shrinks. With small steps, it frees little more space than is needed.</summary>
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
    /// Empties the file if the disk has fewer free bytes than the full size of the reserve. The recovery needs disk space, because it has
    /// to write missing indexes. Call before <see cref="Open"/>.
    /// </summary>
    public void ReleaseForStart()
    {
        if (!files.Exists(path) || files.FreeBytes(Path.GetDirectoryName(path)!) >= size)
            return;
        using IStoreFile file = files.Open(path, FileAccess.ReadWrite);
        file.Truncate(0);
    }

    /// <summary>
    /// Opens the file that the last run left, and extends it to the full size if the disk has the space. Deletes the file if the configured
    /// size is 0.
    /// </summary>
    /// <exception cref="IOException">The file cannot be opened or extended, for another reason than a full disk.</exception>
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
        if (!TryRestore()) // also called if the length is right: in a copy of the directory the file may be sparse
            _length = _file?.Length ?? 0;
    }

    /// <summary>Extends the reserve to its full size.</summary>
    /// <returns>False if the disk is full. Nothing has changed then.</returns>
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
            _file?.Truncate(before); // gives back the space that this call has taken, because other programs may need it
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
