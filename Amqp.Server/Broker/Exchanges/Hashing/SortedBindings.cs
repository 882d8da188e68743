using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges.Hashing;

/// <summary>The bindings of an exchange, sorted by their content, so that a restart does not change their order.</summary>
internal sealed class SortedBindings
{
    private readonly List<(string Key, Choice Choice)> _sorted = [];

    public int Count => _sorted.Count;

    /// <summary>Destination of the binding at this index in the sorted order.</summary>
    public Choice this[int index] => _sorted[index].Choice;

    public void Add(Binding binding)
    {
        string key = KeyOf(binding);
        int at = Find(key);
        _sorted.Insert(at < 0 ? ~at : at, (key, new Choice(binding.Destination)));
    }

    public void Remove(Binding binding)
    {
        int at = Find(KeyOf(binding));
        if (at >= 0)
            _sorted.RemoveAt(at);
    }

    private int Find(string key)
    {
        int low = 0;
        int high = _sorted.Count - 1;
        while (low <= high)
        {
            int middle = low + (high - low) / 2;
            int order = string.CompareOrdinal(_sorted[middle].Key, key);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return ~low;
    }

    private static string KeyOf(Binding binding) => binding.KeyIn("");
}
