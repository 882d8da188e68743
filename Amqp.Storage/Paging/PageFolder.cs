using System.Globalization;
using Amqp.Storage.Files;

namespace Amqp.Storage.Paging;

/// <summary>
/// Writes transient blocks to page files. Page files are deleted when the store opens and closes. Used by the housekeeper only.
/// </summary>
/// <remarks>Page files are never synced. A file is deleted when none of its blocks is needed any more.</remarks>
internal sealed class PageFolder
{
    private const long FileSize = 64 << 20; // maximum in bytes; a larger block has a file of its own
    private const string Extension = ".page";

    private readonly IStoreFiles _files;
    private readonly string _directory;
    private PageFile? _current;
    private long _lastId;

    /// <summary>Creates the folder, or deletes the files in it.</summary>
    /// <exception cref="IOException">The folder cannot be created or emptied.</exception>
    public PageFolder(IStoreFiles files, string directory)
    {
        (_files, _directory) = (files, directory);
        files.CreateDirectory(directory);
        Empty();
    }

    /// <summary>Called on any thread when no block of a file is needed any more. Set this property before the first write.</summary>
    public Action<PageFile> Finished { get; set; } = _ => { };

    /// <summary>Free bytes on the disk of the folder; null if unknown.</summary>
    public long? FreeBytes => _files.FreeBytes(_directory);

    /// <summary>Writes a block. After a failure, the next block goes to a new file.</summary>
    /// <exception cref="IOException">The block cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The block cannot be written.</exception>
    public PagedBlock Write(ReadOnlySpan<byte> bytes)
    {
        if (_current is { Length: > 0 } full && full.Length + bytes.Length > FileSize)
            CloseCurrent();
        _current ??= new PageFile(
            _files,
            Path.Combine(_directory, (++_lastId).ToString("x16", CultureInfo.InvariantCulture) + Extension),
            file => Finished(file));
        try
        {
            return _current.Write(bytes);
        }
        catch
        {
            CloseCurrent();
            throw;
        }
    }

    /// <summary>Deletes a file if none of its blocks is needed.</summary>
    /// <exception cref="IOException">The file cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be deleted.</exception>
    public void DeleteIfFinished(PageFile file)
    {
        if (!file.IsFinished || file.IsDeleted)
            return;
        if (_current == file)
            _current = null;
        file.Delete();
    }

    /// <summary>Stops writing, and deletes the files that can be deleted. Call when nothing reads from the files any more.</summary>
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
            // The files stay until the next start of the store deletes them.
        }
    }

    private void CloseCurrent()
    {
        PageFile closed = _current!;
        _current = null;
        closed.Dispose();
        if (closed.IsFinished && !closed.IsDeleted)
            closed.Delete();
    }

    private void Empty()
    {
        foreach (string name in _files.List(_directory).Where(name => name.EndsWith(Extension, StringComparison.Ordinal)))
            _files.Delete(Path.Combine(_directory, name));
    }
}
