using System.Net;
using System.Runtime.InteropServices;
using Amqp.Server.Cli;
using Amqp.Server.Cluster.Clients;
using Amqp.Server.Cluster.Coordination;
using Amqp.Server.Cluster.Links;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Hosting;
using Amqp.Server.Hosting.Passed;
using Amqp.Server.Hosting.Proxy;
using Amqp.Server.Logging;

namespace Amqp.Server.Cluster;

/// <summary>Runs a member of a cluster: a follower until it becomes the leader, and then the broker.</summary>
internal sealed class ClusterRun : IAsyncDisposable
{
    /// <summary>Time in which the clients of a leader that has lost its place can answer connection.close.</summary>
    private static readonly TimeSpan _closeTime = TimeSpan.FromMilliseconds(200);

    /// <summary>Time in which a leader that stops can close its store.</summary>
    private static readonly TimeSpan _longestClose = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan _retryPause = TimeSpan.FromSeconds(1);

    private readonly BrokerConfiguration _configuration;
    private readonly ClusterOptions _options;
    private readonly IClusterCoordinator _coordinator;
    private readonly Partition _partition;
    private readonly ClusterListener _listener;
    private readonly NodeConnector _connector;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private PassedConnections? _passed; // of the broker, while this node leads

    private ClusterRun(BrokerConfiguration configuration, IClusterCoordinator coordinator, ILoggerFactory loggers)
    {
        (_configuration, _options, _coordinator, _loggers) = (configuration, configuration.Options.Cluster, coordinator, loggers);
        ILogger logger = _logger = loggers.CreateLogger<ClusterRun>();
        var tls = new ClusterTls(_options);
        tls.Check();
        _connector = new NodeConnector(tls);
        _partition = new Partition(0, configuration.Options.DataDirectory, _options, _coordinator, _connector, logger);
        _listener = new ClusterListener(_options, tls, ServeAsync, logger);
    }

    /// <summary>Runs the node until the process is told to stop.</summary>
    /// <param name="configuration">A configuration without errors.</param>
    /// <param name="error">Receives the reason if the start fails.</param>
    /// <param name="cancellation">Stops the node as SIGTERM does.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(BrokerConfiguration configuration, TextWriter error, CancellationToken cancellation)
    {
        using ILoggerFactory loggers = BrokerHost.CreateLog(configuration.Options.Log);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            await using var run = new ClusterRun(configuration, new EtcdCoordinator(EtcdAccess.Of(configuration.Options)), loggers);
            await run.RunAsync(stop.Token);
            return ExitCode.Ok;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }
        catch (CoordinatorUnavailableException refusal)
        {
            await error.WriteLineAsync($"amqpbroker: etcd refuses this node: {refusal.Message}. Check the settings cluster.etcd.*.");
            return ExitCode.Failure;
        }
        catch (Exception exception) when (BrokerRun.Sentence(exception, configuration.Options) is { } sentence)
        {
            await error.WriteLineAsync($"amqpbroker: {sentence}");
            return BrokerRun.ExitCodeOf(exception);
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Closes the links to other nodes, and gives the lead up.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _partition.DisposeAsync();
        await _coordinator.DisposeAsync();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        _listener.Start();
        ClusterMember self = Self();
        _logger.MemberStarts(self.Name, EtcdAccess.NameOf(_configuration.Options), Path.GetFullPath(_configuration.Options.DataDirectory));
        _partition.Open(); // before the node counts as a member
        await RegisterAsync(self, stop);
        using var notification = new FollowerNotification();
        await using (var front = new ClientFront(_configuration.Options, () => _partition.Followed, _connector))
        {
            front.Start();
            await _partition.BecomeLeaderAsync(stop);
        }
        await LeadAsync(notification, stop);
    }

    private static int PortOf(IReadOnlyList<IPEndPoint> listeners) => listeners is [var first, ..] ? first.Port : 0;

    private ClusterMember Self()
    {
        string address = _options.Advertise ?? $"{Environment.MachineName}:{_listener.Port}";
        string host = NodeAddress.Split(address).Host;
        BrokerOptions options = _configuration.Options;
        return new ClusterMember(
            _options.NodeName,
            address,
            $"{host}:{PortOf(options.Listeners)}",
            options.Tls.Listeners is [var tls, ..] ? $"{host}:{tls.Port}" : null,
            $"{host}:{PortOf(options.Management.Listeners)}");
    }

    private async Task RegisterAsync(ClusterMember self, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await _coordinator.RegisterAsync(self, stop);
                return;
            }
            catch (IOException error)
            {
                _logger.CoordinatorSilent(error.Message);
                await Task.Delay(_retryPause, stop);
            }
        }
    }

    /// <summary>Runs the broker. If this node loses its place, it starts again as a follower and does not return.</summary>
    private async Task LeadAsync(FollowerNotification notification, CancellationToken stop)
    {
        // The start waits for followers, so it has a thread of its own, and ends if the node has to stop or loses its place meanwhile.
        Task<WebApplication> starting = Task.Run(() => BrokerRun.StartAsync(_configuration, _partition.Leader, stop), stop);
        using CancellationTokenRegistration stopping = stop.Register(() =>
        {
            if (!starting.IsCompleted)
                _partition.Leader!.Dispose();
        });
        if (await Task.WhenAny(starting, _partition.Deposed) != starting)
            Restart(await _partition.Deposed);
        await using (WebApplication app = await starting)
        {
            notification.Dispose(); // the broker tells systemd itself
            _passed = app.Services.GetRequiredService<PassedConnections>();
            app.Lifetime.ApplicationStopping.Register(() => _ = EndReplicationAsync());
            if (await Task.WhenAny(app.WaitForShutdownAsync(stop), _partition.Deposed) == _partition.Deposed)
            {
                string reason = await _partition.Deposed;
                app.Services.GetRequiredService<ListenSockets>().Close();
                await app.Services.GetRequiredService<ConnectionRegistry>().CloseAllAsync(
                    "broker forced connection closure with reason 'another node leads'", _closeTime);
                app.Services.GetRequiredService<ConsoleLog>().Dispose();
                Restart(reason);
            }
        }
    }

    /// <summary>Ends a stop that waits for followers which do not come: what they lack was not confirmed.</summary>
    private async Task EndReplicationAsync()
    {
        await Task.Delay(_configuration.Options.Connections.ShutdownTimeout + _longestClose);
        _partition.Leader!.Dispose();
    }

    private void Restart(string reason)
    {
        _logger.NoLongerLeads(reason);
        _loggers.Dispose(); // writes the lines that are not written yet
        ProcessRestart.Run();
    }

    private Task ServeAsync(LinkKind kind, byte number, NodeConnection connection)
    {
        switch (kind)
        {
            case LinkKind.Client:
                return ServeClientAsync(ClientKinds.ProtocolOf(number), connection);
            case LinkKind.Replica when number == _partition.Number:
                var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                new Thread(() => Serve(connection, ended)) { IsBackground = true, Name = "Leader of a follower" }.Start();
                return ended.Task;
            default:
                throw new IOException($"a node of another version asks for {kind} {number}");
        }
    }

    /// <summary>Serves a client that another node has accepted.</summary>
    private async Task ServeClientAsync(string protocol, NodeConnection connection)
    {
        if (_passed is not { } passed)
            throw new IOException("this node does not lead");
        ProxyHeader header = await ProxyHeader.ReadAsync(connection.Stream, CancellationToken.None);
        if (header is not { Source: { } client, Destination: { } listener })
            throw new IOException("a node does not say whose connection it passes");
        bool isTrusted = !_options.IsInsecure || connection.Socket.RemoteEndPoint is IPEndPoint { Address: var address }
            && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        await passed.ServeAsync(protocol, new PassedConnection(connection.Stream, client, listener, connection.Socket.Dispose, isTrusted));
    }

    private void Serve(NodeConnection connection, TaskCompletionSource ended)
    {
        string peer = $"{connection.Socket.RemoteEndPoint}";
        try
        {
            _partition.Serve(connection);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or ObjectDisposedException)
        {
            if (_partition.Leader is not null)
                _logger.FollowerLinkEnded(peer, error.Message);
        }
        finally
        {
            ended.SetResult();
        }
    }
}
