using System.Net.Sockets;
using Amqp.Server.Transport;

namespace Amqp.Tests.Transport;

/// <summary>Base of the tests with one connection. The connection is not read unless the test reads it.</summary>
[Platform("Linux")]
public abstract class LoopConnectionTests
{
    private protected LoopServer Server { get; private set; } = null!;

    private protected Socket Client { get; private set; } = null!;

    private protected LoopConnection Connection { get; private set; } = null!;

    [SetUp]
    public async Task ConnectAsync()
    {
        Server = await LoopServer.StartAsync();
        (Client, var connection) = await Server.ConnectAsync();
        Connection = (LoopConnection)connection;
    }

    [TearDown]
    public async Task CloseAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
