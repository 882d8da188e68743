namespace Amqp.Server.Broker.Routing;

/// <summary>The bindings of one exchange that have the same key. The topology lock of the virtual host guards the set.</summary>
/// <remarks>
/// A single binding is stored without a collection. The struct is mutable, so callers must change the stored struct, never a copy.
/// </remarks>
internal struct BindingSet
{
    private Binding? _only;
    private HashSet<Binding>? _several;

    public readonly bool IsEmpty => _only is null && _several is null;

    /// <summary>Adds a binding. The set must not contain it yet.</summary>
    public void Add(Binding binding)
    {
        if (IsEmpty)
        {
            _only = binding;
            return;
        }
        _several ??= [_only!];
        _only = null;
        _several.Add(binding);
    }

    public void Remove(Binding binding)
    {
        if (_several is null)
        {
            if (binding.Equals(_only))
                _only = null;
            return;
        }
        _several.Remove(binding);
        if (_several.Count == 0)
            _several = null;
    }

    /// <summary>Adds the destination of every binding to a route.</summary>
    public readonly void Route(RouteFinder route)
    {
        if (_only is not null)
            route.Add(_only.Destination);
        else if (_several is not null)
            foreach (var binding in _several)
                route.Add(binding.Destination);
    }
}
