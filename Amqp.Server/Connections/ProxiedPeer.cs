namespace Amqp.Server.Connections;

/// <summary>Marks a connection whose addresses are from a PROXY header.</summary>
/// <param name="IsTrusted">True if the proxy is trusted. A loopback address from an untrusted proxy does not count as local.</param>
internal sealed record ProxiedPeer(bool IsTrusted);
