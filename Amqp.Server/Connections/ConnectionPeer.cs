using System.Net;

namespace Amqp.Server.Connections;

/// <summary>The two ends of a connection.</summary>
internal sealed class ConnectionPeer(EndPoint? remote, EndPoint? local)
{
    /// <summary>RabbitMQ's name for the connection: <c>127.0.0.1:41200 -> 127.0.0.1:5672</c>.</summary>
    public string Name { get; } = $"{Text(remote)} -> {Text(local)}";

    /// <summary>The peer's address and port.</summary>
    public (string Host, int Port) Remote { get; } = Split(remote);

    /// <summary>Our own address and port.</summary>
    public (string Host, int Port) Local { get; } = Split(local);

    /// <summary>Whether the peer is on this machine.</summary>
    public bool IsLoopback { get; } = remote is IPEndPoint ip && IPAddress.IsLoopback(Plain(ip.Address));

    private static (string, int) Split(EndPoint? end) => end is IPEndPoint ip ? (Plain(ip.Address).ToString(), ip.Port) : (end?.ToString() ?? "?", 0);

    private static string Text(EndPoint? end) => end is IPEndPoint ip ? $"{Plain(ip.Address)}:{ip.Port}" : end?.ToString() ?? "?";

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
