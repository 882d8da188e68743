using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.EndToEnd;

/// <summary>Base of test classes that use RabbitMQ.Client. Each class has one broker process. Each test closes its connections.</summary>
/// <remarks>The tests of a class run one after another.</remarks>
public abstract class ClientTests
{
    /// <summary>Timeout for everything that a test waits for. It is generous, because the machine may be busy.</summary>
    private protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<IConnection> _connections = []; // guarded by a lock, because a test may connect many clients on several threads

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

    /// <summary>Connects a client. Automatic recovery is off, unless <paramref name="configure"/> enables it.</summary>
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
    /// <param name="confirms">True if each publish waits for its confirm.</param>
    private protected async Task<IChannel> OpenChannelAsync(bool confirms = false) =>
        await (await ConnectAsync()).CreateChannelAsync(new CreateChannelOptions(confirms, confirms));
}
