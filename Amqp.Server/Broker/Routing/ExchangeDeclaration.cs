using Amqp.Protocol;

namespace Amqp.Server.Broker.Routing;

/// <summary>What an exchange is declared as, as far as its router goes by it.</summary>
/// <param name="Name">For error texts.</param>
/// <param name="VirtualHost">Likewise.</param>
/// <param name="Type">One of the types that there are.</param>
/// <param name="Arguments">As the client sent them.</param>
internal readonly record struct ExchangeDeclaration(string Name, string VirtualHost, string Type, FieldTable Arguments);
