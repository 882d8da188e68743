namespace Amqp.Server.Federation;

/// <summary>The address of an exchange or queue that may be federated.</summary>
internal sealed record LinkTarget(LinkKind Kind, string VirtualHost, string Name);
