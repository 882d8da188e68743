using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>Shows messages of a store without taking them. Thread-safe.</summary>
public readonly struct StoredExcerpts
{
    private readonly BlockSpace _space;

    internal StoredExcerpts(BlockSpace space) => _space = space;

    /// <summary>
    /// Returns ready messages of a queue, in order. Nothing in the queue changes, no entry is loaded into memory, and this call reads
    /// nothing from disk.
    /// </summary>
    /// <remarks>
    /// The caller holds the queue's lock during this call, but not while it reads the excerpt. To reach the first message, the excerpt
    /// reads the index of one segment. So the time hardly depends on the position.
    /// </remarks>
    /// <param name="queue">A queue of the same store.</param>
    /// <param name="skip">Number of ready messages in front of the first wanted one.</param>
    /// <param name="count">Maximum number of messages.</param>
    public StoredExcerpt Of(StoredQueue queue, long skip, int count) => queue.Excerpt(skip, count, _space);

    /// <summary>Returns messages as an excerpt, so that they can be read later, even if they are settled meanwhile.</summary>
    /// <param name="messages">Unsettled messages. The caller holds the lock that prevents their settling.</param>
    public StoredExcerpt Of(ReadOnlySpan<StoredMessage> messages) =>
        new(_space, loader: null, queue: 0, [new SelectedMessages(messages.ToArray()) { Count = messages.Length }]);
}
