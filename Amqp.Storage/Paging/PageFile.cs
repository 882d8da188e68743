using Amqp.Storage.Files;
using Amqp.Storage.Records;

namespace Amqp.Storage.Paging;

/// <summary>A file of paged out blocks, one behind the other without anything in between. It goes when all of them are finished.</summary>
/// <remarks>Owned by the housekeeper, but for reading and <see cref="Release"/>, on any thread.</remarks>
/// <param name="files">Where it is.</param>
/// <param name="path">A file that is not there yet.</param>
/// <param name="finished">Called when no block in it is needed any more, on any thread; more than once if others come later.</param>
internal sealed class PageFile(IStoreFiles files, string path, Action<PageFile> finished) : IDisposable
{
    private IStoreFile? _file = files.Create(path);
    private int _blocks; // changed with Interlocked; raised by the housekeeper only

    public string Path { get; } = path;

    /// <summary>Bytes of blocks in it.</summary>
    public long Length { get; private set; }

    /// <summary>True when no block in it is needed. Holds for the housekeeper until it writes the next one.</summary>
    public bool IsFinished => Volatile.Read(ref _blocks) == 0;

    /// <summary>True once it was deleted.</summary>
    public bool IsDeleted { get; private set; }

    /// <summary>Writes a block behind the others. If that fails, the file is as before: what was written of it is not used.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public PagedBlock Write(ReadOnlySpan<byte> bytes)
    {
        _file!.Write(bytes, Length);
        var block = new PagedBlock(this, Length, Crc32C.Of(bytes));
        Interlocked.Increment(ref _blocks);
        Length += bytes.Length;
        return block;
    }

    /// <summary>Reads what was written.</summary>
    /// <returns>False when it is not there any more, as far as can be told.</returns>
    /// <exception cref="IOException">The file cannot be opened now: this process may have too many open.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public bool TryRead(Span<byte> target, long offset)
    {
        IStoreFile file;
        try
        {
            file = files.Open(Path, FileAccess.Read);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        using (file)
        {
            try
            {
                return file.Read(target, offset) == target.Length;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>A block is finished.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _blocks) == 0)
            finished(this);
    }

    /// <summary>Deletes the file.</summary>
    /// <exception cref="IOException">It stays, until this is called again or the folder is emptied.</exception>
    public void Delete()
    {
        Dispose();
        files.Delete(Path);
        IsDeleted = true;
    }

    /// <summary>Ends writing to it.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }
}
