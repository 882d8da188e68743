using Amqp.Storage.Files;

namespace Amqp.Storage.Log;

/// <summary>Room on the disk that is kept for settles: a file that gets shorter when a full disk holds them up, and its length back when there is room again.</summary>
/// <remarks>
/// On a full disk consumers make room by settling, and that takes room itself, as little as it is. What is in the file means nothing, so it is
/// never synced, and any length of it is right at a start. Owned by the committer.
/// </remarks>
/// <param name="files">Where it is.</param>
/// <param name="path">The file.</param>
/// <param name="size">Bytes that are kept; 0: none.</param>
internal sealed class DiskReserve(IStoreFiles files, string path, long size) : IDisposable
{
    /// <summary>In the data folder.</summary>
    public const string FileName = "reserve";

    /// <summary>It is given up in about so many pieces, so that little is given up where little is needed.</summary>
    private const int Pieces = 16;

    private const long SmallestPiece = 4 << 10;

    private IStoreFile? _file;
    private long _length;

    /// <summary>Bytes that are kept; 0: none.</summary>
    public long Size => size;

    /// <summary>True while nothing of it is given up.</summary>
    public bool IsWhole => _length >= size;

    /// <summary>The size where none is set: the smaller of one segment and 5 % of the disk that a folder is on.</summary>
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

    /// <summary>Leaves the room to a start where the disk has little else: it makes an index, without which it could not be. Before <see cref="Open"/>.</summary>
    public void Lend()
    {
        if (!files.Exists(path) || files.FreeBytes(Path.GetDirectoryName(path)!) >= size)
            return;
        using IStoreFile file = files.Open(path, FileAccess.ReadWrite);
        file.Truncate(0);
    }

    /// <summary>Takes over what the last run left of it, and the rest as far as there is room. A reserve that is no longer wanted goes.</summary>
    /// <exception cref="IOException">For another reason than want of room.</exception>
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
        if (!TryRestore()) // also of what the file's length says: in a copy of a folder it may have no room behind it
            _length = _file?.Length ?? 0;
    }

    /// <summary>Makes it whole again, if there is room for it.</summary>
    /// <returns>False when there is none: then nothing has changed.</returns>
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
            _file?.Truncate(before); // what it took of the last room others may need
            return false;
        }
    }

    /// <summary>Gives a piece of it up.</summary>
    /// <returns>False when nothing is left of it.</returns>
    public bool TryGiveUp()
    {
        if (_length == 0 || _file is null)
            return false;
        _length = Math.Max(0, _length - Math.Max(size / Pieces, SmallestPiece));
        _file.Truncate(_length);
        return true;
    }

    public void Dispose() => _file?.Dispose();
}
