namespace Amqp.Server.Connections;

/// <summary>Marks a connection with addresses that a proxy has named.</summary>
/// <param name="IsTrusted">True if the proxy may name an address of this machine. Any peer can send a proxy's header.</param>
internal sealed record ProxiedPeer(bool IsTrusted);
