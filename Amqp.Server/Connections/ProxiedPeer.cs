namespace Amqp.Server.Connections;

/// <summary>Marks a connection whose addresses are from a PROXY header.</summary>
/// <param name="IsTrusted">
/// True if the proxy is trusted. If an untrusted proxy sends a loopback address, the client does not count as local.
/// </param>
internal sealed record ProxiedPeer(bool IsTrusted);
