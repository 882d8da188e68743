namespace Amqp.Server.Federation;

/// <summary>The address of an exchange or queue that may be federated.</summary>
internal readonly record struct LinkTarget(LinkKind Kind, string VirtualHost, string Name);
