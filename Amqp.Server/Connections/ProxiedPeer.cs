namespace Amqp.Server.Connections;

/// <summary>Marks a connection whose addresses came from a PROXY header instead of its socket.</summary>
/// <param name="IsTrusted">
/// True if the proxy is trusted: a loopback address in its header makes the connection local. Without trust the connection never counts as
/// local, because any peer can send such an address.
/// </param>
internal sealed record ProxiedPeer(bool IsTrusted);
