using Amqp.Protocol;

namespace Amqp.Server.Broker.Routing;

/// <summary>The parts of an exchange's declaration that its router needs.</summary>
/// <param name="Name">The exchange's name, for error texts.</param>
/// <param name="VirtualHost">The virtual host's name, for error texts.</param>
/// <param name="Type">A known exchange type.</param>
/// <param name="Arguments">The arguments as the client sent them.</param>
internal readonly record struct ExchangeDeclaration(string Name, string VirtualHost, string Type, FieldTable Arguments);
