using System.Net;
using Amqp.Server.Broker;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Hosting.Tls;
using Amqp.Server.Management;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Amqp.Server.Hosting;

/// <summary>Puts the process together: one Kestrel carries AMQP and HTTP, so limits and shutdown come once.</summary>
internal static class BrokerHost
{
    /// <summary>Builds the application. Nothing listens and no file is opened until it is started.</summary>
    /// <param name="configuration">A configuration without errors.</param>
    public static WebApplication Build(BrokerConfiguration configuration)
    {
        BrokerOptions options = configuration.Options;
        // Empty: neither appsettings.json nor ASPNETCORE_ variables nor what they would cost at the start.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "amqpbroker" });
        AddLogging(builder.Logging, options.Log);
        AddServices(builder.Services, configuration);
        AddKestrel(builder, options);

        WebApplication app = builder.Build();
        var addresses = app.Services.GetRequiredService<BoundAddresses>();
        app.MapManagement(new ManagementServices(
            app.Services.GetRequiredService<MessageBroker>(), app.Services.GetRequiredService<ConnectionRegistry>(), options,
            () => ListenersOf(addresses),
            app.Services.GetRequiredService<ILogger<ManagementApi>>()));
        return app;
    }

    private static IEnumerable<NodeListener> ListenersOf(BoundAddresses addresses) => addresses.Amqp.Select(address => new NodeListener("amqp", address))
        .Concat(addresses.Tls.Select(address => new NodeListener("amqp/ssl", address)))
        .Concat(addresses.Management.Select(address => new NodeListener("http", address)))
        .Concat(addresses.ManagementTls.Select(address => new NodeListener("https", address)));

    private static void AddLogging(ILoggingBuilder logging, LogOptions options)
    {
        logging.SetMinimumLevel(options.Effective);
        // What ASP.NET says of its own doings is of no use to whoever runs a broker, unless it goes wrong.
        logging.AddFilter("Microsoft", options.Effective > LogLevel.Warning ? options.Effective : LogLevel.Warning);
        // A start that fails is put into a sentence by BrokerRun; the host's stack trace would bury it.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        logging.Services.AddSingleton<ConsoleFormatter, LineFormatter>();
        logging.Services.AddSingleton(services => new ConsoleLog(services.GetRequiredService<ConsoleFormatter>()));
        logging.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<ConsoleLog>());
    }

    private static void AddServices(IServiceCollection services, BrokerConfiguration configuration)
    {
        BrokerOptions options = configuration.Options;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(configuration);
        services.AddSingleton(Options.Create(options));
        services.AddSingleton<MessageBroker>();
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton<BoundAddresses>();
        services.AddSingleton(new ListenSockets(options.Sockets));
        services.AddHostedService<BrokerLifetime>();
        services.AddHostedService<HeartbeatMonitor>();
        services.AddRoutingCore();
        services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout + TimeSpan.FromSeconds(5));
    }

    private static void AddKestrel(WebApplicationBuilder builder, BrokerOptions options)
    {
        builder.WebHost.UseKestrelCore();
        builder.Services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>, TransportMemoryPoolFactory>());
        builder.Services.AddSingleton(services => services.GetRequiredService<IMemoryPoolFactory<byte>>().Create()); // for what connections send
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options));
        builder.Services.AddOptions<SocketTransportOptions>().Configure<ListenSockets>((transport, sockets) =>
        {
            transport.Backlog = options.Sockets.Backlog;
            transport.NoDelay = options.Sockets.NoDelay;
            transport.WaitForDataBeforeAllocatingBuffer = true; // an idle connection holds no block
            transport.UnsafePreferInlineScheduling = true; // see SocketThreads
            transport.MaxReadBufferSize = Math.Max(1 << 20, TwoFrames(options));
            transport.MaxWriteBufferSize = Math.Max(64 << 10, TwoFrames(options));
            transport.CreateBoundListenSocket = sockets.Bind;
        });
    }

    // A frame is handled when it is whole, so a buffer that cannot hold one would wait for ever.
    private static long TwoFrames(BrokerOptions options) =>
        2 * (options.FrameMax == 0 ? options.MaxMessageSize : options.FrameMax);

    private static void Listen(KestrelServerOptions kestrel, BrokerOptions options)
    {
        IServiceProvider services = kestrel.ApplicationServices;
        ListenSockets sockets = services.GetRequiredService<ListenSockets>();
        BoundAddresses addresses = services.GetRequiredService<BoundAddresses>();

        kestrel.AddServerHeader = false;
        sockets.SharePort(options.Listeners);
        foreach (IPEndPoint endPoint in options.Listeners)
        {
            kestrel.Listen(endPoint, listen =>
            {
                addresses.AddAmqp(listen);
                AmqpListening.Configure(listen, options, services, certificates: null);
            });
        }

        sockets.SharePort(options.Tls.Listeners);
        TlsCertificates? certificates = options.Tls.Listeners.Count > 0 ? AmqpListening.LoadCertificates(options.Tls, services) : null;
        foreach (IPEndPoint endPoint in options.Tls.Listeners)
        {
            kestrel.Listen(endPoint, listen =>
            {
                addresses.AddTls(listen);
                AmqpListening.Configure(listen, options, services, certificates);
            });
        }

        sockets.SharePort(options.ManagementListeners);
        foreach (IPEndPoint endPoint in options.ManagementListeners)
            kestrel.Listen(endPoint, addresses.AddManagement);

        sockets.SharePort(options.ManagementTls.Listeners);
        TlsCertificates? managementCertificates = options.ManagementTls.Listeners.Count > 0 ? AmqpListening.LoadCertificates(options.ManagementTls, services) : null;
        foreach (IPEndPoint endPoint in options.ManagementTls.Listeners)
        {
            kestrel.Listen(endPoint, listen =>
            {
                addresses.AddManagementTls(listen);
                listen.Protocols = HttpProtocols.Http1;
                listen.UseTls(options.ManagementTls, managementCertificates!, services.GetRequiredService<ILogger<TlsCertificates>>());
            });
        }
    }
}
