using System.Globalization;
using Amqp.Storage.Files;

namespace Amqp.Storage.Paging;

/// <summary>The page files of one run, in a folder that holds nothing between two runs. Owned by the housekeeper while the store runs.</summary>
/// <remarks>
/// They are never synced, as nobody reads them after this process. Room that becomes free in one is not used again: a file is
/// deleted when its last block is finished, so a message that stays for long keeps its file.
/// </remarks>
internal sealed class PageFolder
{
    private const long FileSize = 64 << 20; // a longer block gets a file of its own
    private const string Extension = ".page";

    private readonly IStoreFiles _files;
    private readonly string _directory;
    private PageFile? _current;
    private long _lastId;

    /// <summary>Creates the folder, or empties it.</summary>
    /// <exception cref="IOException">It cannot be created or emptied.</exception>
    public PageFolder(IStoreFiles files, string directory)
    {
        (_files, _directory) = (files, directory);
        files.CreateDirectory(directory);
        Empty();
    }

    /// <summary>Called when a file has no block any more that is needed, on any thread: the handler has <see cref="DeleteIfFinished"/> called. Set before the first block.</summary>
    public Action<PageFile> Finished { get; set; } = _ => { };

    /// <summary>Bytes that can still be written where the folder is; null when that cannot be told.</summary>
    public long? FreeBytes => _files.FreeBytes(_directory);

    /// <summary>Writes the bytes of a block.</summary>
    /// <exception cref="IOException">They cannot be written; the next ones go to a new file.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public PagedBlock Write(ReadOnlySpan<byte> bytes)
    {
        if (_current is { Length: > 0 } full && full.Length + bytes.Length > FileSize)
            End();
        _current ??= new PageFile(_files, Path.Combine(_directory, (++_lastId).ToString("x16", CultureInfo.InvariantCulture) + Extension), file => Finished(file));
        try
        {
            return _current.Write(bytes);
        }
        catch
        {
            End();
            throw;
        }
    }

    /// <summary>Deletes a file, unless blocks came into it again.</summary>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void DeleteIfFinished(PageFile file)
    {
        if (!file.IsFinished || file.IsDeleted)
            return;
        if (_current == file)
            _current = null;
        file.Delete();
    }

    /// <summary>Ends writing, and deletes all files. Nothing is read any more.</summary>
    public void Close()
    {
        _current?.Dispose();
        _current = null;
        try
        {
            Empty();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next start does it.
        }
    }

    private void End()
    {
        PageFile ended = _current!;
        _current = null;
        ended.Dispose();
        if (ended.IsFinished && !ended.IsDeleted)
            ended.Delete();
    }

    private void Empty()
    {
        foreach (string name in _files.List(_directory).Where(name => name.EndsWith(Extension, StringComparison.Ordinal)))
            _files.Delete(Path.Combine(_directory, name));
    }
}
