using Amqp.Storage.Faults;
using Amqp.Storage.Records;

namespace Amqp.Storage.Paging;

/// <summary>The location of a transient block in a page file. Immutable.</summary>
/// <param name="file">The page file that contains the block.</param>
/// <param name="offset">Offset of the block in the file.</param>
/// <param name="checksum">Checksum of the block. Not stored in the file.</param>
internal sealed class PagedBlock(PageFile file, long offset, uint checksum)
{
    /// <summary>Reads the block into a target of the block's length.</summary>
    /// <returns>The damaged range, which is always the whole block; null if the block is intact.</returns>
    /// <exception cref="IOException">The file cannot be opened now.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be opened now.</exception>
    public List<Range>? Load(Span<byte> target) =>
        file.TryRead(target, offset) && Crc32C.Of(target) == checksum ? null : [new Range(0, target.Length)];

    /// <summary>Returns the exception to throw if a block cannot be read from its page file.</summary>
    public StoreDamagedException Damage() => new(file.Path, offset, "the paged-out block cannot be read; its messages are lost");

    /// <summary>Records in the page file that the block is not needed any more.</summary>
    public void Release() => file.Release();
}
