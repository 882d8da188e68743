using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Hosting.Proxy;
using Amqp.Server.Hosting.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Amqp.Server.Hosting;

/// <summary>What a connection to an AMQP listener passes before anyone speaks AMQP: the count of those that have not logged in, a proxy's header, TLS.</summary>
internal static class AmqpListening
{
    /// <param name="listen">The listener.</param>
    /// <param name="options">The broker's.</param>
    /// <param name="services">The application's.</param>
    /// <param name="certificates">Those of a listener with TLS; null for one without.</param>
    public static void Configure(ListenOptions listen, BrokerOptions options, IServiceProvider services, TlsCertificates? certificates)
    {
        PendingLogins pending = services.GetRequiredService<ConnectionRegistry>().Pending;
        listen.Use(next => connection => pending.OnConnectedAsync(connection, next));
        if (options.Connections.ProxyProtocol)
        {
            ILogger logger = services.GetRequiredService<ILogger<ProxiedConnections>>();
            listen.Use(next => new ProxiedConnections(next, options.Connections.HandshakeTimeout, options.Connections.TrustedProxies, logger).OnConnectedAsync);
        }
        if (certificates is not null)
            listen.UseTls(options.Tls, certificates, services.GetRequiredService<ILogger<TlsCertificates>>());
        listen.UseConnectionHandler<AmqpConnectionHandler>();
    }
}
