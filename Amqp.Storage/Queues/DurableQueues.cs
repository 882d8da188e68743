using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Amqp.Storage.Queues;

/// <summary>The queues of a store whose persistent messages outlive a restart. Thread-safe.</summary>
/// <param name="recovered">Those with messages of the last run.</param>
internal sealed class DurableQueues(IReadOnlyCollection<StoredQueue> recovered)
{
    private readonly ConcurrentDictionary<uint, StoredQueue> _recovered = new(ByNumber(recovered)); // not opened yet
    private readonly ConcurrentDictionary<uint, StoredQueue> _all = new(ByNumber(recovered)); // these and the opened ones

    /// <summary>All there are, in no order.</summary>
    public IEnumerable<StoredQueue> All => _all.Select(entry => entry.Value);

    /// <summary>Hands out a queue that has messages of the last run, once.</summary>
    public bool TryOpen(uint number, [NotNullWhen(true)] out StoredQueue? queue) => _recovered.TryRemove(number, out queue);

    /// <exception cref="InvalidOperationException">There is one with this number.</exception>
    public void Add(StoredQueue queue)
    {
        if (!_all.TryAdd(queue.Number, queue))
            throw new InvalidOperationException($"queue {queue.Number} is open");
    }

    /// <summary>Removes a queue that was deleted, if it is here.</summary>
    public void Remove(StoredQueue queue) => _all.TryRemove(KeyValuePair.Create(queue.Number, queue));

    private static IEnumerable<KeyValuePair<uint, StoredQueue>> ByNumber(IEnumerable<StoredQueue> queues) =>
        queues.Select(queue => KeyValuePair.Create(queue.Number, queue));
}
