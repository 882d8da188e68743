using Amqp.Storage.Faults;
using Amqp.Storage.Records;

namespace Amqp.Storage.Paging;

/// <summary>Where in a page file the bytes of a transient block are. Never changes.</summary>
/// <param name="file">Counts this block as one of its own.</param>
/// <param name="offset">Where they start, in bytes.</param>
/// <param name="checksum">Of all of them: it lives no longer than the file is needed, so it need not be in there.</param>
internal sealed class PagedBlock(PageFile file, long offset, uint checksum)
{
    /// <summary>Fills a buffer of the block's length.</summary>
    /// <returns>What cannot be had back: null for nothing, else everything, because the checksum is of the whole.</returns>
    /// <exception cref="IOException">The file cannot be opened now.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public List<Range>? Load(Span<byte> target) =>
        file.TryRead(target, offset) && Crc32C.Of(target) == checksum ? null : [new Range(0, target.Length)];

    /// <summary>What reading a message of the block ends in, when it could not be loaded.</summary>
    public StoreDamagedException Damage() => new(file.Path, offset, "what was paged out cannot be read back; its messages are lost");

    /// <summary>The block is finished.</summary>
    public void Release() => file.Release();
}
