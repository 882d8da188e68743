using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Exchanges;

namespace Amqp.Server.Management;

/// <summary>A binding with the virtual host that it is in.</summary>
internal sealed record ListedBinding(VirtualHost Host, Exchange Source, IBindingDestination Destination, string RoutingKey, FieldTable Arguments);
