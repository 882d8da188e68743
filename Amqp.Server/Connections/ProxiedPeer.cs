namespace Amqp.Server.Connections;

/// <summary>Marks a connection whose addresses came from a PROXY header instead of its socket.</summary>
/// <param name="IsTrusted">
/// True if a loopback address in the header is believed. Otherwise the connection never counts as local, because any peer could send
/// such a header.
/// </param>
internal sealed record ProxiedPeer(bool IsTrusted);
