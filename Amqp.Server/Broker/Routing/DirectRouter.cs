using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Amqp.Server.Broker.Routing;

/// <summary>Routes messages of direct exchanges to the bindings whose key equals the routing key.</summary>
internal sealed class DirectRouter : IRouter
{
    private readonly Dictionary<string, BindingSet> _byKey = [];

    public bool VariesByMessage => false;

    public void Validate(Binding binding)
    {
    }

    public void Add(Binding binding) => CollectionsMarshal.GetValueRefOrAddDefault(_byKey, binding.RoutingKey, out _).Add(binding);

    public void Remove(Binding binding)
    {
        ref var bindings = ref CollectionsMarshal.GetValueRefOrNullRef(_byKey, binding.RoutingKey);
        if (Unsafe.IsNullRef(ref bindings))
            return;
        bindings.Remove(binding);
        if (bindings.IsEmpty)
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
            bindings.Route(route);
    }
}
