using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Amqp.Storage.Queues;

/// <summary>The durable queues of a store. Thread-safe.</summary>
/// <param name="recovered">The queues whose messages were found in the log.</param>
internal sealed class DurableQueues(IReadOnlyCollection<StoredQueue> recovered)
{
    // the recovered queues that are not open yet, by queue number
    private readonly ConcurrentDictionary<uint, StoredQueue> _recovered = new(ByNumber(recovered));
    private readonly ConcurrentDictionary<uint, StoredQueue> _all = new(ByNumber(recovered)); // all durable queues, by queue number

    /// <summary>All durable queues, in no particular order.</summary>
    public IEnumerable<StoredQueue> All => _all.Select(entry => entry.Value);

    /// <summary>
    /// Opens a queue with recovered messages. Returns false if the queue has no recovered messages, or was opened already.
    /// </summary>
    public bool TryOpen(uint number, [NotNullWhen(true)] out StoredQueue? queue) => _recovered.TryRemove(number, out queue);

    /// <exception cref="InvalidOperationException">A queue with this number is open already.</exception>
    public void Add(StoredQueue queue)
    {
        if (!_all.TryAdd(queue.Number, queue))
            throw new InvalidOperationException($"queue {queue.Number} is open");
    }

    /// <summary>Removes a deleted queue. Does nothing if the queue is not durable.</summary>
    public void Remove(StoredQueue queue) => _all.TryRemove(KeyValuePair.Create(queue.Number, queue));

    private static IEnumerable<KeyValuePair<uint, StoredQueue>> ByNumber(IEnumerable<StoredQueue> queues) =>
        queues.Select(queue => KeyValuePair.Create(queue.Number, queue));
}
