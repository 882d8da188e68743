using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Amqp.Server.Broker.Access;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Amqp.Server.Connections;

/// <summary>The addresses of the client and of the broker, from the connection's socket or from a PROXY header.</summary>
internal sealed class ConnectionPeer
{
    private readonly bool _isBelieved; // false if an untrusted proxy reported the address

    public ConnectionPeer(ConnectionContext context)
    {
        var (remote, local) = (context.RemoteEndPoint, context.LocalEndPoint);
        IsUnixSocket = local is UnixDomainSocketEndPoint;
        _isBelieved = context.Features.Get<ProxiedPeer>() is not { IsTrusted: false };
        // Clients of a Unix socket have no address. Kestrel's connection id makes their names unique.
        var client = context.Features.Get<LocalClient>();
        LocalUser = client?.User;
        IsLocal = client is not null;
        Name = client?.Name ?? (IsUnixSocket ? $"unix:{context.ConnectionId} -> {local}" : $"{Text(remote)} -> {Text(local)}");
        (Remote, Local) = (Split(remote), Split(local));
        Address = remote is IPEndPoint ip ? Plain(ip.Address) : null;
        IsTls = context.Features.Get<ITlsHandshakeFeature>() is not null;
        Certificate = context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;
    }

    /// <summary>Name of the connection as in RabbitMQ, such as <c>127.0.0.1:41200 -> 127.0.0.1:5672</c>.</summary>
    /// <remarks>For a Unix socket, the name is like <c>unix:0HN... -> /run/amqp.sock</c>.</remarks>
    public string Name { get; }

    /// <summary>The peer's IP address; null for a Unix socket.</summary>
    public IPAddress? Address { get; }

    /// <summary>The peer's address and port.</summary>
    public (string Host, int Port) Remote { get; }

    /// <summary>The broker's own address and port.</summary>
    public (string Host, int Port) Local { get; }

    /// <summary>True if the peer is on this machine. False if an untrusted proxy reported a loopback address.</summary>
    public bool IsLoopback => IsUnixSocket || IsLocal || (_isBelieved && Address is not null && IPAddress.IsLoopback(Address));

    /// <summary>True for a connection over a Unix socket.</summary>
    public bool IsUnixSocket { get; }

    /// <summary>True for a client within the broker's own process, which needs no socket.</summary>
    public bool IsLocal { get; }

    /// <summary>The user of a client within this process that needs no login; null for all others.</summary>
    public User? LocalUser { get; }

    /// <summary>True if the connection is encrypted.</summary>
    public bool IsTls { get; }

    /// <summary>The certificate of the peer; null if the peer presented none.</summary>
    public X509Certificate2? Certificate { get; }

    private static (string, int) Split(EndPoint? end) =>
        end is IPEndPoint ip ? (Plain(ip.Address).ToString(), ip.Port) : (end?.ToString() ?? "?", 0);

    private static string Text(EndPoint? end) => end is IPEndPoint ip ? $"{Plain(ip.Address)}:{ip.Port}" : end?.ToString() ?? "?";

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
