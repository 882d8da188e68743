using System.Net;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Hosting.Passed;
using Amqp.Server.Hosting.Tls;
using Amqp.Server.Metrics;
using Amqp.Server.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Amqp.Server.Hosting;

/// <summary>Makes Kestrel listen on the configured addresses, or on sockets that systemd has opened. Used once.</summary>
internal sealed class BrokerListeners(KestrelServerOptions kestrel, BrokerOptions options)
{
    private readonly IServiceProvider _services = kestrel.ApplicationServices;
    private readonly BoundAddresses _addresses = kestrel.ApplicationServices.GetRequiredService<BoundAddresses>();
    private readonly ListenSockets _sockets = kestrel.ApplicationServices.GetRequiredService<ListenSockets>();
    private readonly LoopTransport _loops = kestrel.ApplicationServices.GetRequiredService<LoopTransport>();

    /// <summary>Adds all listeners to Kestrel.</summary>
    /// <exception cref="ConfigurationException">The certificates of a TLS listener are unusable.</exception>
    public void Listen()
    {
        SystemdSockets handed = SystemdSockets.Read(Environment.GetEnvironmentVariable, Environment.ProcessId);
        ListenOn(NodeListener.Amqp, options.Listeners, handed.Amqp, listen =>
            AmqpListening.Configure(listen, options, _services, certificates: null));
        ListenOn(NodeListener.AmqpOverTls, options.Tls.Listeners, handed.Tls, AmqpOverTls(options.Tls.Listeners.Count + handed.Tls.Count));
        Action<ListenOptions> management = NewHttpConnections().Count;
        ListenOn(NodeListener.Http, options.Management.Listeners, handed.Management, management);
        ListenOn(NodeListener.HttpOverTls, options.Management.Tls.Listeners, [], management + OverTls(options.Management.Tls));
        // Connections for metrics have their own limit, so that connections to the HTTP API cannot use it up.
        Action<ListenOptions> metrics = NewHttpConnections().Count;
        ListenOn(NodeListener.Metrics, options.Statistics.MetricsListeners, handed.Metrics, metrics + MetricsListener.Mark);
        ListenOn(
            NodeListener.MetricsOverTls,
            options.Statistics.MetricsTls.Listeners,
            [],
            metrics + OverTls(options.Statistics.MetricsTls) + MetricsListener.Mark);
        if (options.Connections.UnixSocketPath is { } path)
        {
            kestrel.ListenUnixSocket(Path.GetFullPath(path), listen =>
            {
                _addresses.Add(NodeListener.Amqp, listen);
                AmqpListening.Configure(listen, options, _services, certificates: null);
            });
        }
    }

    // Loads no certificates if there is no TLS listener, because then none need to be configured.
    private Action<ListenOptions> AmqpOverTls(int listeners)
    {
        if (listeners == 0)
            return _ => { };
        TlsCertificates certificates = Load(options.Tls);
        return listen => AmqpListening.Configure(listen, options, _services, certificates);
    }

    private Action<ListenOptions> OverTls(TlsOptions tls)
    {
        if (tls.Listeners.Count == 0)
            return _ => { };
        TlsCertificates certificates = Load(tls);
        return listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseTls(tls, certificates, _services.GetRequiredService<ILogger<TlsCertificates>>());
        };
    }

    private HttpConnections NewHttpConnections() =>
        new(options.Management.MaxConnections, _services.GetRequiredService<ConnectionRegistry>());

    private TlsCertificates Load(TlsOptions tls) =>
        new(tls, _services.GetRequiredService<TimeProvider>(), _services.GetRequiredService<ILogger<TlsCertificates>>());

    /// <summary>Listens on the sockets that systemd has opened. If there are none, listens on the configured addresses.</summary>
    private void ListenOn(
        string protocol, IReadOnlyList<IPEndPoint> endPoints, IReadOnlyList<ulong> handles, Action<ListenOptions> configure)
    {
        if (options.Cluster.Enabled && endPoints.Count + handles.Count > 0)
            kestrel.Listen(new PassedEndPoint(protocol), configure);
        foreach (ulong handle in handles)
            kestrel.ListenHandle(handle, Configure);
        if (handles.Count > 0)
            return;
        _sockets.SharePort(endPoints);
        foreach (IPEndPoint endPoint in endPoints)
        {
            if (protocol == NodeListener.Amqp)
                _loops.Serve(endPoint);
            kestrel.Listen(endPoint, Configure);
        }

        void Configure(ListenOptions listen)
        {
            _addresses.Add(protocol, listen);
            configure(listen);
        }
    }
}
