using System.Buffers;
using Amqp.Server.Broker;
using Amqp.Server.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Amqp.Server.Connections;

/// <summary>Runs the AMQP connections that Kestrel accepts.</summary>
internal sealed class AmqpConnectionHandler(
    MemoryPool<byte> memory,
    Lazy<MessageBroker> broker,
    ConnectionRegistry connections,
    IOptions<BrokerOptions> options) : ConnectionHandler
{
    private readonly StartFrames _startFrames = new(options.Value);

    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var client = new AmqpConnection(connection, memory, broker.Value, connections, options.Value, _startFrames);
        connections.Add(client);
        if (connections.IsSuspended) // checked after the registration, so that maintenance mode misses no connection
            client.Abort();
        await client.RunAsync();
    }
}
