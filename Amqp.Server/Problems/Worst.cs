namespace Amqp.Server.Problems;

/// <summary>Keeps the items with the greatest weights, and counts all items. Used by one thread.</summary>
/// <param name="most">Maximum number of items to keep.</param>
internal sealed class Worst<T>(int most)
{
    private readonly PriorityQueue<T, double> _kept = new(); // the item with the smallest weight is first

    /// <summary>Number of all items.</summary>
    public int Count { get; private set; }

    /// <summary>The kept items, that with the greatest weight first.</summary>
    public IEnumerable<T> Items =>
        _kept.UnorderedItems.OrderByDescending(item => item.Priority).Select(item => item.Element);

    public void Add(T item, double weight)
    {
        Count++;
        if (_kept.Count < most)
            _kept.Enqueue(item, weight);
        else
            _kept.EnqueueDequeue(item, weight);
    }
}
