using Amqp.Protocol;

namespace Amqp.Server.Federation;

/// <summary>Routing key and arguments of a binding. Bindings of several destinations with the same key need one upstream binding.</summary>
internal sealed record BindingKey(string RoutingKey, FieldTable Arguments);
