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
        if (options.ProxyProtocol)
        {
            ILogger logger = services.GetRequiredService<ILogger<ProxiedConnections>>();
            listen.Use(next => new ProxiedConnections(next, options.HandshakeTimeout, options.TrustedProxies, logger).OnConnectedAsync);
        }
        if (certificates is not null)
            listen.UseTls(options.Tls, certificates, services.GetRequiredService<ILogger<TlsCertificates>>());
        listen.UseConnectionHandler<AmqpConnectionHandler>();
    }

    /// <exception cref="StartException">They are not there, or cannot be used.</exception>
    public static TlsCertificates LoadCertificates(TlsOptions options, IServiceProvider services)
    {
        if (options.CertificateFile is null)
            throw new StartException($"{(options.Prefix == "ssl_options" ? "listeners.ssl" : options.Prefix)} needs a certificate: set {options.Prefix}.certfile and {options.Prefix}.keyfile.");
        if (options.VerifyPeer && options.AuthoritiesFile is null)
            throw new StartException($"{options.Prefix}.verify = verify_peer needs to know whom to trust: set {options.Prefix}.cacertfile.");
        return new TlsCertificates(options, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<TlsCertificates>>());
    }
}
