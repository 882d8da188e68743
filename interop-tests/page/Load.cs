using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Page;

/// <summary>Publishers and consumers that run during all tests, one of them with hostile names.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly List<IConnection> _connections = [];
    private Task _publishing = Task.CompletedTask;

    public static async Task<Load> StartAsync(int port)
    {
        var load = new Load();
        var consumer = await load.ConnectAsync(port, "orders-service");
        await ConsumeAsync(consumer, "orders.eu", "eu-consumer");
        var hostile = await load.ConnectAsync(port, Objects.HostileNames[0]);
        await ConsumeAsync(hostile, "idle.000", Objects.HostileNames[0]);
        var publisher = await load.ConnectAsync(port, "shop");
        load._publishing = load.PublishAsync(publisher);
        return load;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _publishing;
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        _end.Dispose();
    }

    private async Task<IConnection> ConnectAsync(int port, string name)
    {
        var factory = new ConnectionFactory { HostName = "127.0.0.1", Port = port, ClientProvidedName = name };
        factory.ClientProperties["hostile"] = Encoding.UTF8.GetBytes(Objects.HostileNames[0]);
        var connection = await factory.CreateConnectionAsync();
        _connections.Add(connection);
        return connection;
    }

    private static async Task ConsumeAsync(IConnection connection, string queue, string tag)
    {
        var channel = await connection.CreateChannelAsync();
        await channel.BasicQosAsync(0, 50, false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) => await channel.BasicAckAsync(delivery.DeliveryTag, false);
        await channel.BasicConsumeAsync(queue, false, tag, consumer);
    }

    private async Task PublishAsync(IConnection connection)
    {
        var channel = await connection.CreateChannelAsync();
        var properties = new BasicProperties { Persistent = true, ContentType = "application/json" };
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (int i = 0; !_end.IsCancellationRequested; i++)
        {
            await channel.BasicPublishAsync("orders", "eu.created", false, properties, Encoding.UTF8.GetBytes($$"""{"id":{{i}}}"""));
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
