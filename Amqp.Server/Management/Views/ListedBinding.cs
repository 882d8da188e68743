using Amqp.Protocol;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Management.Views;

/// <summary>A binding and its virtual host.</summary>
internal sealed record ListedBinding(
    VirtualHost Host, Exchange Source, IBindingDestination Destination, string RoutingKey, FieldTable Arguments);
