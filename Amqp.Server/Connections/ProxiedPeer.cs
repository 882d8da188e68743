namespace Amqp.Server.Connections;

/// <summary>Marks a connection whose addresses are those that a proxy named.</summary>
/// <param name="IsTrusted">Whether the proxy is believed that a client is on this machine: anyone can send such a header.</param>
internal sealed record ProxiedPeer(bool IsTrusted);
