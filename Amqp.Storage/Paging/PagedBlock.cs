using Amqp.Storage.Faults;
using Amqp.Storage.Records;

namespace Amqp.Storage.Paging;

/// <summary>The location of a transient block in a page file. Immutable.</summary>
/// <param name="file">File of the block, which counts this block.</param>
/// <param name="offset">Offset of the block in the file, in bytes.</param>
/// <param name="checksum">Checksum of the block. The checksum is not in the file, because only this process reads the file.</param>
internal sealed class PagedBlock(PageFile file, long offset, uint checksum)
{
    /// <summary>Reads the block into a buffer of its length.</summary>
    /// <returns>Null if the block is intact; otherwise the whole block as damaged, because the checksum covers all of it.</returns>
    /// <exception cref="IOException">The file cannot be opened now.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be opened now.</exception>
    public List<Range>? Load(Span<byte> target) =>
        file.TryRead(target, offset) && Crc32C.Of(target) == checksum ? null : [new Range(0, target.Length)];

    /// <summary>Returns the exception for reads of a block that is lost.</summary>
    public StoreDamagedException Damage() => new(file.Path, offset, "the paged-out block cannot be read; its messages are lost");

    /// <summary>Releases the page file: the block is finished.</summary>
    public void Release() => file.Release();
}
