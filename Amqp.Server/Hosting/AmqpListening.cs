using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Hosting.Proxy;
using Amqp.Server.Hosting.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Amqp.Server.Hosting;

/// <summary>
/// Adds the Kestrel middleware that runs before AMQP: the limit for connections that have not logged in, the PROXY header, and TLS.
/// </summary>
internal static class AmqpListening
{
    /// <summary>Adds the middleware in the order in which a connection passes it. Without certificates, adds no TLS.</summary>
    public static void Configure(ListenOptions listen, BrokerOptions options, IServiceProvider services, TlsCertificates? certificates)
    {
        PendingLogins pending = services.GetRequiredService<ConnectionRegistry>().Pending;
        listen.Use(next => connection => pending.OnConnectedAsync(connection, next));
        if (options.Connections.ProxyProtocol)
        {
            ILogger logger = services.GetRequiredService<ILogger<ProxiedConnections>>();
            listen.Use(next => new ProxiedConnections(
                next, options.Connections.HandshakeTimeout, options.Connections.TrustedProxies, logger).OnConnectedAsync);
        }
        if (certificates is not null)
            listen.UseTls(options.Tls, certificates, services.GetRequiredService<ILogger<TlsCertificates>>());
        listen.UseConnectionHandler<AmqpConnectionHandler>();
    }
}
