namespace Amqp.Server.Broker.Exchanges;

/// <summary>Routing key equals binding key.</summary>
internal sealed class DirectRouter : IRouter
{
    private readonly Dictionary<string, List<Binding>> _byKey = [];

    public bool VariesByMessage => false;

    public void Validate(Binding binding)
    {
    }

    public void Add(Binding binding)
    {
        if (!_byKey.TryGetValue(binding.RoutingKey, out var bindings))
            _byKey.Add(binding.RoutingKey, bindings = []);
        bindings.Add(binding);
    }

    public void Remove(Binding binding)
    {
        if (_byKey.TryGetValue(binding.RoutingKey, out var bindings) && bindings.Remove(binding) && bindings.Count == 0)
            _byKey.Remove(binding.RoutingKey);
    }

    public void Route(in RoutedMessage message, RouteFinder route)
    {
        Route(message.RoutingKey, route);
        foreach (string key in message.FurtherKeys)
            Route(key, route);
    }

    private void Route(string key, RouteFinder route)
    {
        if (_byKey.TryGetValue(key, out var bindings))
            foreach (var binding in bindings)
                route.Add(binding.Destination);
    }
}
