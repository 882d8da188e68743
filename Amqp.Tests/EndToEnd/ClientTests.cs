using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.EndToEnd;

/// <summary>What the fixtures of RabbitMQ.Client share: one broker process each, and connections that go after each test.</summary>
/// <remarks>Its tests run one after another.</remarks>
public abstract class ClientTests
{
    /// <summary>Longer than anything takes that these tests wait for, on a busy machine.</summary>
    private protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<IConnection> _connections = []; // locked: a test may connect many at once

    private protected BrokerProcess Broker { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartBrokerAsync() => Broker = await BrokerProcess.StartAsync();

    [OneTimeTearDown]
    public async Task StopBrokerAsync()
    {
        if (Broker is not null)
            await Broker.DisposeAsync();
    }

    [TearDown]
    public async Task CloseConnectionsAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        _connections.Clear();
    }

    /// <summary>Connects; without automatic recovery unless asked for.</summary>
    private protected async Task<IConnection> ConnectAsync(Action<ConnectionFactory>? configure = null)
    {
        var factory = new ConnectionFactory { Uri = Broker.Uri, AutomaticRecoveryEnabled = false };
        configure?.Invoke(factory);
        var connection = await factory.CreateConnectionAsync();
        lock (_connections)
            _connections.Add(connection);
        return connection;
    }

    /// <summary>Opens a channel on a connection of its own.</summary>
    /// <param name="confirms">Whether each publish waits for its confirm.</param>
    private protected async Task<IChannel> OpenChannelAsync(bool confirms = false) =>
        await (await ConnectAsync()).CreateChannelAsync(new CreateChannelOptions(confirms, confirms));
}
