using System.Text;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Logging;
using Amqp.Server.Management;
using Amqp.Server.Management.Http;
using Amqp.Server.Metrics;
using Amqp.Server.Telemetry;
using Microsoft.AspNetCore.Connections;
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
        var services = new ManagementServices(
            app.Services.GetRequiredService<Lazy<MessageBroker>>(), app.Services.GetRequiredService<ConnectionRegistry>(), options,
            () => addresses.Listeners,
            app.Services.GetRequiredService<LogLevels>(),
            app.Services.GetRequiredService<ILogger<ManagementApi>>())
        {
            Stop = app.Lifetime.StopApplication,
            Sessions = app.Services.GetRequiredService<LoginSessions>(),
        };
        if (options.Telemetry is { Endpoint: not null, Traces: true })
            app.UseRequestSpans();
        app.UseMetrics(services);
        if (options.Management.ResponseHeaders.Count > 0)
            app.UseResponseHeaders(options.Management.ResponseHeaders);
        app.MapManagement(services);
        return app;
    }

    private static void AddLogging(ILoggingBuilder logging, LogOptions options)
    {
        logging.SetMinimumLevel(LogLevel.Trace); // LogLevels decides, as what it says can change
        // What ASP.NET says of its own doings is of no use to whoever runs a broker, unless it goes wrong.
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // A start that fails is put into a sentence by BrokerRun; the host's stack trace would bury it.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        logging.Services.AddSingleton(new LogLevels(options));
        logging.Services.AddSingleton(services => new ConsoleLog(Formatter(options.IsJson), services.GetRequiredService<LogLevels>(), OpenConsole(options)));
        logging.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<ConsoleLog>());
        logging.Services.AddSingleton(_ => new LogExchange(
            Formatter(options.IsJsonOnExchange), options.ExchangeLevel ?? options.Level, options.IsJsonOnExchange ? "application/json" : "text/plain"));
        if (options.IsOnExchange)
            logging.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<LogExchange>());
    }

    /// <summary>With the system's own clock: that of the services tells the log of its timers' faults.</summary>
    private static ConsoleFormatter Formatter(bool isJson) => isJson ? new JsonFormatter(TimeProvider.System) : new LineFormatter(TimeProvider.System);

    private static StreamWriter OpenConsole(LogOptions options) => new(
        options.IsOnStandardError ? Console.OpenStandardError() : Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

    private static void AddServices(IServiceCollection services, BrokerConfiguration configuration)
    {
        BrokerOptions options = configuration.Options;
        services.AddSingleton(services => new ContainedFaults(services.GetRequiredService<ILogger<ContainedFaults>>(), TimeProvider.System));
        services.AddSingleton<TimeProvider, ContainedTimers>();
        services.AddSingleton(configuration);
        services.AddSingleton(Options.Create(options));
        services.AddSingleton<BrokerOpening>();
        services.AddSingleton(services => services.GetRequiredService<BrokerOpening>().Open());
        services.AddSingleton(services => new Lazy<MessageBroker>(services.GetRequiredService<MessageBroker>)); // for who is made before the start
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton<BoundAddresses>();
        services.AddSingleton(new LoginSessions(options.Management.LoginSessionTimeout, options.Management.MaxLoginSessions, TimeProvider.System));
        services.AddSingleton(new SystemdNotification(Environment.GetEnvironmentVariable("NOTIFY_SOCKET")));
        services.AddSingleton(new ListenSockets(options.Sockets));
        services.AddSingleton<LastResort>();
        services.AddHostedService<BrokerLifetime>();
        services.AddHostedService<HeartbeatMonitor>();
        if (options.Telemetry.Endpoint is not null)
            services.AddTelemetry(options.Telemetry);
        services.AddRoutingCore();
        services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Connections.ShutdownTimeout + TimeSpan.FromSeconds(5));
    }

    private static void AddKestrel(WebApplicationBuilder builder, BrokerOptions options)
    {
        builder.WebHost.UseKestrelCore();
        builder.Services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>, TransportMemoryPoolFactory>());
        builder.Services.AddSingleton(services => services.GetRequiredService<IMemoryPoolFactory<byte>>().Create()); // for what connections send
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // the HTTP API bounds it, with RabbitMQ's answer
            new BrokerListeners(kestrel, options).Listen();
        });
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
        2 * (options.Connections.FrameMax == 0 ? options.Limits.MaxMessageSize : options.Connections.FrameMax);
}
