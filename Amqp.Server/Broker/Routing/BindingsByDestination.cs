using Amqp.Server.Broker.Names;

namespace Amqp.Server.Broker.Routing;

/// <summary>The bindings of a virtual host, by destination.</summary>
/// <remarks>The topology lock of the virtual host guards the bindings: shared for readers, exclusive for writers.</remarks>
internal sealed class BindingsByDestination
{
    private readonly Dictionary<IBindingDestination, HashSet<Binding>> _bindings = [];

    /// <summary>Number of bindings. Any thread may read it.</summary>
    public int Count { get; private set; }

    public IEnumerable<Binding> All => _bindings.Values.SelectMany(bindings => bindings);

    /// <summary>Returns the bindings whose destination is this queue or exchange.</summary>
    public IReadOnlyCollection<Binding> Of(IBindingDestination destination) =>
        _bindings.TryGetValue(destination, out var found) ? found : [];

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

    /// <summary>Removes all bindings whose destination is this queue or exchange, and returns them.</summary>
    public IReadOnlyCollection<Binding> RemoveAll(IBindingDestination destination)
    {
        if (!_bindings.Remove(destination, out var bindings))
            return [];
        Count -= bindings.Count;
        return bindings;
    }
}
