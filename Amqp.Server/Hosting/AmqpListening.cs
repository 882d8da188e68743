using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Hosting.Proxy;
using Amqp.Server.Hosting.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Amqp.Server.Hosting;

/// <summary>
/// Sets up the layers below AMQP on a listener: the limit of connections that have not logged in, the PROXY header, TLS.
/// </summary>
internal static class AmqpListening
{
    /// <summary>
    /// Adds the layers to a listener, in the order in which a connection passes them. Without certificates there is no TLS.
    /// </summary>
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
