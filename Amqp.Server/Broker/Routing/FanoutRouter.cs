namespace Amqp.Server.Broker.Routing;

/// <summary>Routes messages of fanout exchanges to all destinations, whatever the routing key.</summary>
internal sealed class FanoutRouter : IRouter
{
    private readonly HashSet<Binding> _bindings = [];

    public bool VariesByMessage => false;

    public void Validate(Binding binding)
    {
    }

    public void Add(Binding binding) => _bindings.Add(binding);

    public void Remove(Binding binding) => _bindings.Remove(binding);

    public void Route(in RoutedMessage message, RouteFinder route)
    {
        foreach (var binding in _bindings)
            route.Add(binding.Destination);
    }
}
