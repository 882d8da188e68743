using System.Net;

namespace Amqp.Server.Connections;

/// <summary>The two ends of a connection.</summary>
internal sealed class ConnectionPeer(EndPoint? remote, EndPoint? local)
{
    /// <summary>RabbitMQ's name for the connection: <c>127.0.0.1:41200 -> 127.0.0.1:5672</c>.</summary>
    public string Name { get; } = $"{Text(remote)} -> {Text(local)}";

    /// <summary>Whether the peer is on this machine.</summary>
    public bool IsLoopback { get; } = remote is IPEndPoint ip && IPAddress.IsLoopback(Plain(ip.Address));

    private static string Text(EndPoint? end) => end is IPEndPoint ip ? $"{Plain(ip.Address)}:{ip.Port}" : end?.ToString() ?? "?";

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
