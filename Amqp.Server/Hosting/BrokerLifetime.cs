using Amqp.Server.Broker;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Federation;
using Amqp.Server.Hosting.Passed;
using Amqp.Server.Logging;
using Amqp.Server.Management.Http;
using Amqp.Server.Shovels;
using Microsoft.Extensions.Options;

namespace Amqp.Server.Hosting;

/// <summary>
/// Opens the broker before Kestrel listens, reports that the start is complete, and stops all parts of the broker in order.
/// </summary>
internal sealed class BrokerLifetime(
    Lazy<MessageBroker> opened,
    ConnectionRegistry connections,
    LoginSessions sessions,
    ShovelService shovels,
    FederationService federation,
    ListenSockets sockets,
    IEnumerable<PassedConnections> passed,
    BoundAddresses addresses,
    IOptions<BrokerOptions> options,
    ConsoleLog log,
    LogExchange logExchange,
    SystemdNotification systemd,
    StandardInput input,
    ILogger<BrokerLifetime> logger) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        shovels.Load(options.Value.Shovels);
        var broker = opened.Value;
        logExchange.Open(broker);
        AccessChanges.Follow(broker, connections);
        broker.Users.Deleted += sessions.EndAll;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Prints the line for which scripts wait. The line is not a log event, because the log level could suppress it.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        shovels.Start();
        federation.Start();
        log.WriteLine($"Server startup complete; {addresses}");
        systemd.SayReady();
        if (options.Value.StopsWithStandardInput)
            input.StopWhenClosed();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Closes the listeners, the links to other brokers and the open connections. Kestrel still sends and receives during this time.
    /// </summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        logger.Stopping();
        systemd.SayStopping();
        sockets.Close();
        foreach (var connectionsOfNodes in passed)
            connectionsOfNodes.Close();
        await Task.WhenAll(shovels.StopAsync(), federation.StopAsync());
        await connections.CloseAllAsync(
            "broker forced connection closure with reason 'shutdown'", options.Value.Connections.ShutdownTimeout);
        logger.ConnectionsClosed();
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Closes the broker. Kestrel has already stopped, so nothing uses the broker any more.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (opened.IsValueCreated)
            await opened.Value.DisposeAsync();
        logger.Stopped();
    }
}
