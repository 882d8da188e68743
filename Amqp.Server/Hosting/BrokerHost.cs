using System.Buffers;
using System.Text;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Federation;
using Amqp.Server.Hosting.Passed;
using Amqp.Server.Links;
using Amqp.Server.Logging;
using Amqp.Server.Management;
using Amqp.Server.Management.Http;
using Amqp.Server.Metrics;
using Amqp.Server.Shovels;
using Amqp.Server.Telemetry;
using Amqp.Server.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Amqp.Server.Hosting;

/// <summary>
/// Builds the application. One Kestrel server serves AMQP and HTTP, so that limits and shutdown are configured in one place.
/// </summary>
internal static class BrokerHost
{
    /// <summary>Builds the application. Sockets and data files are opened later, when the application starts.</summary>
    /// <param name="configuration">A configuration without errors.</param>
    public static WebApplication Build(BrokerConfiguration configuration)
    {
        BrokerOptions options = configuration.Options;
        // The empty builder saves time, because it reads no appsettings.json and no ASPNETCORE_ variables.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "amqpbroker" });
        AddLogging(builder.Logging, options.Log);
        AddServices(builder.Services, configuration);
        AddKestrel(builder, options);

        WebApplication app = builder.Build();
        var addresses = app.Services.GetRequiredService<BoundAddresses>();
        var services = new ManagementServices(
            app.Services.GetRequiredService<Lazy<MessageBroker>>(), app.Services.GetRequiredService<ConnectionRegistry>(), options,
            () => addresses.Listeners,
            app.Services.GetRequiredService<LogLevels>(),
            app.Services.GetRequiredService<ILogger<ManagementApi>>())
        {
            Stop = app.Lifetime.StopApplication,
            Sessions = app.Services.GetRequiredService<LoginSessions>(),
            Shovels = app.Services.GetRequiredService<ShovelService>(),
            RecentLog = app.Services.GetRequiredService<RecentLog>(),
            RecentEvents = app.Services.GetRequiredService<RecentEvents>(),
            Federation = app.Services.GetRequiredService<FederationService>(),
        };
        if (options.Telemetry is { Endpoint: not null, Traces: true })
            app.UseRequestSpans();
        app.UseMetrics(services);
        if (options.Management.ResponseHeaders.Count > 0)
            app.UseResponseHeaders(options.Management.ResponseHeaders);
        app.MapManagement(services);
        return app;
    }

    /// <summary>Creates the log of a node that does not serve yet.</summary>
    public static ILoggerFactory CreateLog(LogOptions options) => LoggerFactory.Create(logging => AddLogging(logging, options));

    private static void AddLogging(ILoggingBuilder logging, LogOptions options)
    {
        logging.SetMinimumLevel(LogLevel.Trace); // LogLevels filters the events instead, because levels can change at runtime
        // ASP.NET's own events are logged only if something fails.
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // If the start fails, BrokerRun prints one sentence. The stack trace that the host would log is suppressed.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        logging.Services.AddSingleton(new LogLevels(options));
        logging.Services.AddSingleton(
            services => new ConsoleLog(Formatter(options.IsJson), services.GetRequiredService<LogLevels>(), OpenConsole(options)));
        logging.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<ConsoleLog>());
        logging.Services.AddSingleton(_ => new LogExchange(
            Formatter(options.IsJsonOnExchange),
            options.ExchangeLevel ?? options.Level,
            options.IsJsonOnExchange ? "application/json" : "text/plain"));
        logging.Services.AddSingleton(
            services => new RecentLog(options, services.GetRequiredService<LogLevels>(), TimeProvider.System));
        logging.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<RecentLog>());
        if (options.IsOnExchange)
            logging.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<LogExchange>());
    }

    /// <summary>Creates a formatter. It uses the system's clock, because the registered clock itself needs the log.</summary>
    private static ConsoleFormatter Formatter(bool isJson) =>
        isJson ? new JsonFormatter(TimeProvider.System) : new LineFormatter(TimeProvider.System);

    private static StreamWriter OpenConsole(LogOptions options) => new(
        options.IsOnStandardError ? Console.OpenStandardError() : Console.OpenStandardOutput(),
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

    private static void AddServices(IServiceCollection services, BrokerConfiguration configuration)
    {
        BrokerOptions options = configuration.Options;
        services.AddSingleton(
            services => new ContainedFaults(services.GetRequiredService<ILogger<ContainedFaults>>(), TimeProvider.System));
        services.AddSingleton<TimeProvider, ContainedTimers>();
        services.AddSingleton(configuration);
        services.AddSingleton(Options.Create(options));
        services.AddSingleton(new RecentEvents(options.Management.RecentEvents, TimeProvider.System));
        services.AddSingleton<BrokerOpening>();
        services.AddSingleton(services => services.GetRequiredService<BrokerOpening>().Open());
        // Lazy, because some services are created before the broker is open.
        services.AddSingleton(services => new Lazy<MessageBroker>(services.GetRequiredService<MessageBroker>));
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton<LocalConnections>();
        services.AddSingleton(services => new LinkConnector(services.GetRequiredService<LocalConnections>().Open));
        services.AddSingleton<ShovelService>();
        services.AddSingleton<FederationService>();
        services.AddSingleton<BoundAddresses>();
        services.AddSingleton(
            new LoginSessions(options.Management.LoginSessionTimeout, options.Management.MaxLoginSessions, TimeProvider.System)
            {
                IdleTimeout = options.Management.LoginSessionIdleTimeout,
            });
        services.AddSingleton(new SystemdNotification(Environment.GetEnvironmentVariable("NOTIFY_SOCKET")));
        services.AddSingleton<StandardInput>();
        services.AddSingleton(new ListenSockets(options.Sockets));
        services.AddSingleton<LastResort>();
        services.AddHostedService<BrokerLifetime>();
        services.AddHostedService<HeartbeatMonitor>();
        if (SystemdWatchdog.Interval(Environment.GetEnvironmentVariable, Environment.ProcessId) is { } interval)
            services.AddHostedService(services => Watchdog(services, interval));
        if (options.Telemetry.Endpoint is not null)
            services.AddTelemetry(options.Telemetry);
        services.AddRoutingCore();
        services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Connections.ShutdownTimeout + TimeSpan.FromSeconds(5));
    }

    private static SystemdWatchdog Watchdog(IServiceProvider services, TimeSpan interval) => new(
        interval,
        () => new LivenessCheck(services.GetRequiredService<MessageBroker>(), services.GetRequiredService<SocketLoops>()).RunAsync(),
        services.GetRequiredService<SystemdNotification>(),
        services.GetRequiredService<ContainedFaults>(),
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);

    private static void AddKestrel(WebApplicationBuilder builder, BrokerOptions options)
    {
        builder.WebHost.UseKestrelCore();
        builder.Services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>, TransportMemoryPoolFactory>());
        // The pool for the connections' output buffers.
        builder.Services.AddSingleton(services => services.GetRequiredService<IMemoryPoolFactory<byte>>().Create());
        builder.Services.AddSingleton<SocketLoops>();
        builder.Services.AddSingleton(services => new LoopTransport(
            services.GetRequiredService<ListenSockets>().Bind,
            services.GetRequiredService<SocketLoops>(),
            services.GetRequiredService<MemoryPool<byte>>(),
            options.Sockets));
        builder.Services.AddSingleton<IConnectionListenerFactory>(services => services.GetRequiredService<LoopTransport>());
        if (options.Cluster.Enabled)
        {
            builder.Services.AddSingleton<PassedConnections>();
            builder.Services.AddSingleton<IConnectionListenerFactory>(services => services.GetRequiredService<PassedConnections>());
        }
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // the HTTP API checks the size itself, and returns RabbitMQ's error
            new BrokerListeners(kestrel, options).Listen();
        });
        builder.Services.AddOptions<SocketTransportOptions>().Configure<ListenSockets>((transport, sockets) =>
        {
            transport.Backlog = options.Sockets.Backlog;
            transport.NoDelay = options.Sockets.NoDelay;
            transport.WaitForDataBeforeAllocatingBuffer = true; // so that an idle connection needs no buffer
            transport.UnsafePreferInlineScheduling = true; // runs a connection's code on the thread of its socket (see SocketThreads)
            transport.MaxReadBufferSize = Math.Max(1 << 20, TwoFrames(options));
            transport.MaxWriteBufferSize = Math.Max(64 << 10, TwoFrames(options));
            transport.CreateBoundListenSocket = sockets.Bind;
        });
    }

    // The buffer must hold a whole frame, because a frame is handled only when all of it has arrived.
    private static long TwoFrames(BrokerOptions options) =>
        2 * (options.Connections.FrameMax == 0 ? options.Limits.MaxMessageSize : options.Connections.FrameMax);
}
