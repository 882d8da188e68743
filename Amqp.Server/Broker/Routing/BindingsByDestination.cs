using Amqp.Server.Broker.Names;

namespace Amqp.Server.Broker.Routing;

/// <summary>Which bindings lead to each queue and exchange of a virtual host, so that they go with it.</summary>
/// <remarks>Owned by the virtual host's topology lock: read by who holds it, changed by who holds it exclusively.</remarks>
internal sealed class BindingsByDestination
{
    private readonly Dictionary<IBindingDestination, HashSet<Binding>> _bindings = [];

    /// <summary>How many there are. Any thread may ask.</summary>
    public int Count { get; private set; }

    public IEnumerable<Binding> All => _bindings.Values.SelectMany(bindings => bindings);

    public void Add(Binding binding)
    {
        if (!_bindings.TryGetValue(binding.Destination, out var bindings))
            _bindings.Add(binding.Destination, bindings = []);
        if (bindings.Add(binding))
            Count++;
    }

    public void Remove(Binding binding)
    {
        if (!_bindings.TryGetValue(binding.Destination, out var bindings) || !bindings.Remove(binding))
            return;
        Count--;
        if (bindings.Count == 0)
            _bindings.Remove(binding.Destination);
    }

    /// <summary>Removes those that lead to a queue or exchange, and returns them.</summary>
    public IReadOnlyCollection<Binding> RemoveAll(IBindingDestination destination)
    {
        if (!_bindings.Remove(destination, out var bindings))
            return [];
        Count -= bindings.Count;
        return bindings;
    }
}
