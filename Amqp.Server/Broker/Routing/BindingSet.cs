namespace Amqp.Server.Broker.Routing;

/// <summary>Bindings of one key. Most keys have one, so one is held without a collection; some have a hundred thousand, so any goes quickly.</summary>
/// <remarks>Change it where it lies, not a copy. The virtual host's topology lock guards it.</remarks>
internal struct BindingSet
{
    private Binding? _only;
    private HashSet<Binding>? _several;

    public readonly bool IsEmpty => _only is null && _several is null;

    /// <summary>Adds a binding that is not there yet.</summary>
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

    /// <summary>Adds every binding's destination to the route being found.</summary>
    public readonly void Route(RouteFinder route)
    {
        if (_only is not null)
            route.Add(_only.Destination);
        else if (_several is not null)
            foreach (var binding in _several)
                route.Add(binding.Destination);
    }
}
