using System.Collections.Concurrent;
using Amqp.Server.Broker;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Hosting;
using Amqp.Server.Management.Http;
using Amqp.Server.Transport;
using Amqp.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Support;

/// <summary>The whole broker in the process of the test, for tests that inspect or change its internals.</summary>
/// <remarks>Listens on free ports. Disposing the broker deletes its data directory.</remarks>
internal sealed class BrokerInProcess : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _directory;
    private readonly LogLines _log = new();

    private BrokerInProcess(WebApplication app, string directory)
    {
        (_app, _directory) = (app, directory);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(_log);
    }

    public MessageBroker Broker => _app.Services.GetRequiredService<MessageBroker>();

    public ConnectionRegistry Connections => _app.Services.GetRequiredService<ConnectionRegistry>();

    /// <summary>The sessions of users who have logged in to the HTTP API.</summary>
    public LoginSessions Sessions => _app.Services.GetRequiredService<LoginSessions>();

    public SocketLoops Loops => _app.Services.GetRequiredService<SocketLoops>();

    /// <summary>The ports of the AMQP listeners without TLS, in the order of the configuration.</summary>
    public IReadOnlyList<int> Ports =>
        [.. _app.Services.GetRequiredService<BoundAddresses>().For(NodeListener.Amqp).Select(endPoint => endPoint.Port)];

    public int Port => Ports[0];

    public int TlsPort => _app.Services.GetRequiredService<BoundAddresses>().For(NodeListener.AmqpOverTls).First().Port;

    public int ManagementPort => _app.Services.GetRequiredService<BoundAddresses>().For(NodeListener.Http).First().Port;

    public int MetricsPort => _app.Services.GetRequiredService<BoundAddresses>().For(NodeListener.Metrics).First().Port;

    public int MetricsTlsPort => _app.Services.GetRequiredService<BoundAddresses>().For(NodeListener.MetricsOverTls).First().Port;

    public int ManagementTlsPort => _app.Services.GetRequiredService<BoundAddresses>().For(NodeListener.HttpOverTls).First().Port;

    /// <summary>The routes of the HTTP API: method and pattern of each resource.</summary>
    public IEnumerable<string> Resources =>
        from endpoint in ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
        where method is not ("HEAD" or "OPTIONS")
        select $"{method} {endpoint.RoutePattern.RawText}";

    public IReadOnlyList<string> Log => [.. _log.Lines];

    /// <summary>Starts a broker. AMQP and the HTTP API listen on free ports of 127.0.0.1.</summary>
    /// <param name="settings">Lines of a configuration file.</param>
    public static Task<BrokerInProcess> StartAsync(params IEnumerable<string> settings) => StartAsync(store => store, settings);

    /// <summary>
    /// Starts a broker with the store that <paramref name="seam"/> returns. <paramref name="seam"/> receives the broker's own store.
    /// </summary>
    public static async Task<BrokerInProcess> StartAsync(Func<IMessageStore, IMessageStore> seam, params IEnumerable<string> settings)
    {
        string directory = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        string[] always = ["bind = 127.0.0.1", "listeners.tcp.default = 0", "management.tcp.port = 0", $"data_dir = '{directory}/data'"];
        await File.WriteAllLinesAsync(ConfigurationIn(directory), [.. always, .. settings]);
        return await StartInAsync(directory, seam);
    }

    /// <summary>Stops the broker, and starts another one with the same settings and data directory on new ports.</summary>
    public async Task<BrokerInProcess> RestartAsync(Func<IMessageStore, IMessageStore> seam)
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        return await StartInAsync(_directory, seam);
    }

    private static string ConfigurationIn(string directory) => Path.Combine(directory, "broker.conf");

    private static async Task<BrokerInProcess> StartInAsync(string directory, Func<IMessageStore, IMessageStore> seam)
    {
        var configuration = BrokerConfiguration.Load(ConfigurationIn(directory), [], new Dictionary<string, string>());
        Assert.That(configuration.Errors, Is.Empty);
        var broker = new BrokerInProcess(BrokerHost.Build(configuration), directory);
        broker._app.Services.GetRequiredService<BrokerOpening>().Seam = seam;
        try
        {
            await broker._app.StartAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns the header <c>Cookie</c> of a browser whose session has this token.</summary>
    public string CookieOf(string token)
    {
        var http = new DefaultHttpContext();
        http.Request.Host = new HostString("127.0.0.1", ManagementPort);
        new LoginCookie("").Set(http, token, TimeSpan.FromMinutes(1));
        return http.Response.Headers.SetCookie.ToString().Split(';')[0];
    }

    /// <summary>Creates a connection factory for clients of this broker.</summary>
    public ConnectionFactory Factory(string user = "guest", string password = "guest", string virtualHost = "/") => new()
    {
        HostName = "127.0.0.1",
        Port = Port,
        UserName = user,
        Password = password,
        VirtualHost = virtualHost,
        AutomaticRecoveryEnabled = false,
    };

    /// <summary>
    /// Opens a client connection. Also opens and closes a channel, because otherwise RabbitMQ.Client would not wait for connection.open-ok.
    /// </summary>
    /// <exception cref="OperationInterruptedException">The broker refused the connection.</exception>
    public static async Task<IConnection> ConnectAsync(ConnectionFactory factory)
    {
        var connection = await factory.CreateConnectionAsync();
        try
        {
            await using var channel = await connection.CreateChannelAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>A logger that keeps the log lines of all levels.</summary>
    private sealed class LogLines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception));

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
