using Amqp.Storage.Files;

namespace Amqp.Storage.Log;

/// <summary>
/// Disk space reserved for settles: a file that shrinks when a full disk blocks settles, and grows again when there is space.
/// </summary>
/// <remarks>
/// On a full disk consumers free space by settling, and settles need a little space themselves. The contents of the file mean nothing, so
/// the file is never synced, and a start accepts any length. Owned by the committer.
/// </remarks>
internal sealed class DiskReserve(IStoreFiles files, string path, long size) : IDisposable
{
    /// <summary>Name of the file in the data directory.</summary>
    public const string FileName = "reserve";

    /// <summary>Number of steps in which the reserve shrinks, so that it frees little more space than is needed.</summary>
    private const int Pieces = 16;

    private const long SmallestPiece = 4 << 10;

    private IStoreFile? _file;
    private long _length;

    /// <summary>Size of the whole reserve in bytes; 0 means no reserve.</summary>
    public long Size => size;

    /// <summary>True if the reserve has its full size.</summary>
    public bool IsWhole => _length >= size;

    /// <summary>Returns the default size: the smaller of one segment and 5 % of the disk that holds the directory.</summary>
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
    /// Frees the reserve's space for recovery, which cannot complete without writing an index. Does nothing if the disk has at least as
    /// many free bytes as the reserve's full size. Call before <see cref="Open"/>.
    /// </summary>
    public void ReleaseForStart()
    {
        if (!files.Exists(path) || files.FreeBytes(Path.GetDirectoryName(path)!) >= size)
            return;
        using IStoreFile file = files.Open(path, FileAccess.ReadWrite);
        file.Truncate(0);
    }

    /// <summary>
    /// Opens the reserve of the last run, and extends it to its full size if the disk has
    /// the space. Deletes it if the configured size is 0.
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
        if (!TryRestore()) // also if the length is right, because in a copy of the directory the file may be sparse
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
            _file?.Truncate(before); // gives back the last space on the disk, which other programs may need
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
