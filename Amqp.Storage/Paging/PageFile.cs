using Amqp.Storage.Files;
using Amqp.Storage.Records;

namespace Amqp.Storage.Paging;

/// <summary>A file with blocks of transient messages. It is deleted when none of its blocks is needed any more.</summary>
/// <remarks>Any thread may call <see cref="TryRead"/> and <see cref="Release"/>. Only the housekeeper calls the other methods.</remarks>
/// <param name="files">Access to the folder.</param>
/// <param name="path">Path of a new file.</param>
/// <param name="finished">Called on any thread when no block of the file is needed.</param>
internal sealed class PageFile(IStoreFiles files, string path, Action<PageFile> finished) : IDisposable
{
    private IStoreFile? _file = files.Create(path);
    private int _blocks; // number of blocks that are still needed; changed with Interlocked

    public string Path { get; } = path;

    /// <summary>Total size in bytes of the blocks in the file.</summary>
    public long Length { get; private set; }

    /// <summary>True while no block in the file is needed. Becomes false again if the housekeeper adds a block.</summary>
    public bool IsFinished => Volatile.Read(ref _blocks) == 0;

    public bool IsDeleted { get; private set; }

    /// <summary>Appends a block.</summary>
    /// <exception cref="IOException">The block cannot be written.</exception>
    public PagedBlock Write(ReadOnlySpan<byte> bytes)
    {
        _file!.Write(bytes, Length);
        var block = new PagedBlock(this, Length, Crc32C.Of(bytes));
        Interlocked.Increment(ref _blocks);
        Length += bytes.Length;
        return block;
    }

    /// <summary>Reads bytes of a block.</summary>
    /// <returns>False if the file is missing, or the bytes cannot be read from it.</returns>
    /// <exception cref="IOException">The file cannot be opened now, for example because too many files are open.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be opened now.</exception>
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

    /// <summary>Records that a block of the file is not needed any more.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _blocks) == 0)
            finished(this);
    }

    /// <summary>Deletes the file.</summary>
    /// <exception cref="IOException">The file cannot be deleted. The call can be retried.</exception>
    public void Delete()
    {
        Dispose();
        files.Delete(Path);
        IsDeleted = true;
    }

    /// <summary>Ends the writing of blocks. The blocks can still be read.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }
}
