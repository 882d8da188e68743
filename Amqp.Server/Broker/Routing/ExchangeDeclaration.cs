using Amqp.Protocol;

namespace Amqp.Server.Broker.Routing;

/// <summary>The parts of an exchange's declaration that are needed to create its router.</summary>
/// <param name="Name">Name of the exchange, for error texts.</param>
/// <param name="VirtualHost">Name of the virtual host, for error texts.</param>
/// <param name="Type">A known exchange type.</param>
/// <param name="Arguments">The arguments as the client sent them.</param>
internal readonly record struct ExchangeDeclaration(string Name, string VirtualHost, string Type, FieldTable Arguments);
