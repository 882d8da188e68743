using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Floods;

/// <summary>
/// Publishes numbered persistent messages with confirms. Consumes the messages in order over another connection, and acknowledges each
/// message.
/// </summary>
internal sealed class GoodClient : IAsyncDisposable
{
    private readonly IConnection _publishing;
    private readonly IConnection _consuming;
    private readonly string _queue;
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _confirmed;
    private long _received;

    private GoodClient(IConnection publishing, IConnection consuming, string queue) =>
        (_publishing, _consuming, _queue) = (publishing, consuming, queue);

    public long Confirmed => Interlocked.Read(ref _confirmed);

    public long Received => Interlocked.Read(ref _received);

    /// <summary>A task that fails if the client is disconnected, or if a message is lost, repeated or out of order.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Connects, and starts to consume.</summary>
    public static async Task<GoodClient> StartAsync(Uri uri, string queue)
    {
        var factory = new ConnectionFactory { Uri = uri, AutomaticRecoveryEnabled = false };
        var client = new GoodClient(await factory.CreateConnectionAsync(), await factory.CreateConnectionAsync(), queue);
        await client.ConsumeAsync();
        return client;
    }

    /// <summary>Publishes messages until the token is cancelled. Returns when the broker has confirmed all of them.</summary>
    public async Task PublishAsync(CancellationToken stop)
    {
        await using var channel = await _publishing.CreateChannelAsync(new CreateChannelOptions(true, true), CancellationToken.None);
        for (long number = 0; !stop.IsCancellationRequested; number++)
        {
            byte[] body = new byte[100];
            BitConverter.TryWriteBytes(body, number);
            await channel.BasicPublishAsync(
                "", _queue, mandatory: true, new BasicProperties { Persistent = true }, body, CancellationToken.None);
            Interlocked.Increment(ref _confirmed);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _publishing.DisposeAsync();
        await _consuming.DisposeAsync();
    }

    private async Task ConsumeAsync()
    {
        _publishing.ConnectionShutdownAsync += OnShutdown;
        _consuming.ConnectionShutdownAsync += OnShutdown;
        var channel = await _consuming.CreateChannelAsync();
        channel.ChannelShutdownAsync += OnShutdown;
        await channel.QueueDeclareAsync(_queue, durable: true, exclusive: false, autoDelete: false);
        await channel.BasicQosAsync(0, 50, global: false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            long number = BitConverter.ToInt64(delivery.Body.Span);
            if (number != Received)
                Fail($"{_queue}: message {number} came in the place of {Received}");
            Interlocked.Increment(ref _received);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        };
        await channel.BasicConsumeAsync(_queue, autoAck: false, consumer);

        Task OnShutdown(object sender, ShutdownEventArgs reason)
        {
            if (reason.Initiator != ShutdownInitiator.Application)
                Fail($"{_queue}: {reason}");
            return Task.CompletedTask;
        }
    }

    private void Fail(string why) => _failed.TrySetException(new InvalidOperationException(why));
}
