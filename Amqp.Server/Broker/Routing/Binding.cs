using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Names;

namespace Amqp.Server.Broker.Routing;

/// <summary>A binding of a queue or an exchange to an exchange. Bindings with equal values are equal.</summary>
internal sealed record Binding(Exchange Source, IBindingDestination Destination, string RoutingKey, FieldTable Arguments)
{
    public bool IsDurable => Source.IsDurable && Destination.IsDurable;

    /// <summary>Returns the key under which the catalog stores the binding.</summary>
    public string KeyIn(string virtualHost) =>
        DefinitionKey.OfBinding(virtualHost, Source.Name, Destination is Exchange, Destination.Name, RoutingKey, Arguments);
}
