using Amqp.Protocol;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using QueueDeclareOk = Amqp.Protocol.QueueDeclareOk;

namespace Amqp.Tests.BackPressure;

/// <summary>
/// Base of the test classes in this folder. Each test has its own broker, because the messages of other tests would take memory.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class BackPressureTests
{
    private protected const long MiB = 1 << 20;
    private protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<IDisposable> _sockets = [];
    private readonly List<IConnection> _connections = [];

    private protected BrokerProcess Broker { get; private set; } = null!;

    /// <summary>Path of the broker's configuration file; null for a broker without such a file.</summary>
    private protected virtual string? ConfigFile => null;

    [SetUp]
    public async Task StartAsync() => Broker = await BrokerProcess.StartAsync(configFile: ConfigFile);

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var socket in _sockets)
            socket.Dispose();
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        if (Broker is not null)
            await Broker.DisposeAsync();
    }

    /// <summary>Connects a client, and opens channel 1.</summary>
    private protected async Task<AmqpSocket> OpenSocketAsync(ushort heartbeat = 0) =>
        Keep(await AmqpSocket.OpenAsync(Broker.Port, heartbeat));

    /// <summary>Opens a TCP connection without sending anything.</summary>
    private protected async Task<AmqpSocket> DialAsync() => Keep(await AmqpSocket.DialAsync(Broker.Port));

    private protected async Task<IConnection> ConnectAsync()
    {
        var connection = await new ConnectionFactory { Uri = Broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        _connections.Add(connection);
        return connection;
    }

    /// <summary>Declares a durable queue on channel 1.</summary>
    private protected static async Task DeclareAsync(AmqpSocket socket, string queue)
    {
        await socket.SendAsync(1, new QueueDeclare(queue, false, true, false, false, false, FieldTable.Empty));
        await socket.ExpectAsync<QueueDeclareOk>();
    }

    /// <summary>Starts a consumer with no-ack on channel 1.</summary>
    private protected static async Task ConsumeAsync(AmqpSocket socket, string queue)
    {
        await socket.SendAsync(1, new BasicConsume(queue, "", false, true, false, false, FieldTable.Empty));
        await socket.ExpectAsync<BasicConsumeOk>();
    }

    /// <summary>
    /// Checks that the broker serves a new client: the client connects, declares, publishes with a confirm and gets its message back.
    /// </summary>
    private protected async Task DemandServiceAsync()
    {
        await using var connection =
            await new ConnectionFactory { Uri = Broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync().WaitAsync(Patience);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        string queue = await channel.QueueDeclareAsync();
        await channel.BasicPublishAsync("", queue, "served"u8.ToArray()).AsTask().WaitAsync(Patience);
        Assert.That(await channel.BasicGetAsync(queue, autoAck: true), Is.Not.Null);
    }

    private AmqpSocket Keep(AmqpSocket socket)
    {
        _sockets.Add(socket);
        return socket;
    }
}
