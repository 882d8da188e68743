using Amqp.Protocol;

namespace Amqp.Server.Broker.Routing;

/// <summary>The declaration of an exchange, as far as its router needs it.</summary>
/// <param name="Name">The exchange's name, for error texts.</param>
/// <param name="VirtualHost">The virtual host's name, for error texts.</param>
/// <param name="Type">A known exchange type.</param>
/// <param name="Arguments">The arguments as the client sent them.</param>
internal readonly record struct ExchangeDeclaration(string Name, string VirtualHost, string Type, FieldTable Arguments);
