using Amqp.Storage.Blocks;
using Amqp.Storage.Configuration;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Storage.Transient;

/// <summary>Appends messages that need not survive the end of the process. Used in stores with and without a disk. Thread-safe.</summary>
/// <remarks>
/// In a store with a disk, a <see cref="Pager"/> writes blocks of these messages to page files when the blocks take too much memory.
/// </remarks>
internal sealed class TransientMessages(BlockSpace space, StoreOptions options)
{
    private readonly TransientWriter[] _writers = // the length is a power of two
        [.. Enumerable.Range(0, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 8)))
            .Select(_ => new TransientWriter(space, options))];

    /// <inheritdoc cref="IMessageStore.Append"/>
    public void Append(ReadOnlySpan<StoredQueue> queues, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, Span<StoredMessage> messages) =>
        _writers[Environment.CurrentManagedThreadId & (_writers.Length - 1)].Append(queues, head, body, messages);

    /// <summary>Rejects further messages.</summary>
    public void Close()
    {
        foreach (TransientWriter writer in _writers)
            writer.Close();
    }
}
