namespace Amqp.Server.Snapshots;

/// <summary>
/// Objects that come and go, such as connections, in the order of the rows. Properties that do not change are computed once for each.
/// </summary>
/// <typeparam name="TItem">Type of the objects.</typeparam>
/// <typeparam name="TFacts">The properties of an object that do not change.</typeparam>
/// <param name="describe">Reads the properties of an object.</param>
/// <param name="order">The order of the rows.</param>
internal sealed class SetRoster<TItem, TFacts>(Func<TItem, TFacts> describe, Comparison<TFacts> order)
    where TItem : class
    where TFacts : class
{
    private Dictionary<TItem, TFacts> _known = [];

    /// <summary>The properties of all objects, in the order of the rows.</summary>
    public TFacts[] Items { get; private set; } = [];

    /// <summary>Brings the list up to date.</summary>
    /// <param name="all">All objects, in any order.</param>
    /// <returns>False if the objects are the same as before.</returns>
    public bool Renew(IEnumerable<TItem> all)
    {
        var now = new Dictionary<TItem, TFacts>(_known.Count);
        int added = 0;
        foreach (var item in all)
        {
            if (!_known.TryGetValue(item, out var facts))
            {
                facts = describe(item);
                added++;
            }
            now[item] = facts;
        }
        if (added == 0 && now.Count == _known.Count)
            return false;
        _known = now;
        TFacts[] items = [.. now.Values];
        Array.Sort(items, order);
        Items = items;
        return true;
    }

    /// <summary>Frees the memory of the list.</summary>
    public void Forget() => (_known, Items) = ([], []);
}
