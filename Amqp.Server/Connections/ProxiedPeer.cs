namespace Amqp.Server.Connections;

/// <summary>Marks a connection whose addresses came from a PROXY header.</summary>
/// <param name="IsTrusted">True if the proxy is trusted. Only then does a loopback address in the header count as local.</param>
internal sealed record ProxiedPeer(bool IsTrusted);
