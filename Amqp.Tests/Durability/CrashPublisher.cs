using RabbitMQ.Client;

namespace Amqp.Tests.Durability;

/// <summary>
/// Publishes messages until the broker is killed. Limits the number of unconfirmed messages. The same object publishes in all rounds of the
/// test, so that it uses no message number twice.
/// </summary>
internal abstract class CrashPublisher(int publisher, int window, Random random)
{
    private int _number;

    /// <summary>
    /// Options for the channel of <see cref="RunAsync"/>. A publish does not wait for its confirm. The client library reports confirms by
    /// events.
    /// </summary>
    public static CreateChannelOptions Options => new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);

    protected Random Random => random;

    public override string ToString() => $"publisher {publisher}";

    /// <param name="channel">A channel that no other code uses. The work ends when the channel is closed.</param>
    /// <param name="onConfirmed">Called after each confirm.</param>
    public async Task RunAsync(IChannel channel, Action onConfirmed)
    {
        using var room = new SemaphoreSlim(window);
        var refused = new TaskCompletionSource();
        var waiting = new Queue<Serial>(); // guarded by its monitor, because callbacks of the client library remove messages from it
        ulong confirmed = 0;
        channel.BasicNacksAsync += (_, _) =>
        {
            refused.TrySetException(new InvalidOperationException("The broker refused a message."));
            return Task.CompletedTask;
        };
        channel.BasicAcksAsync += (_, ack) =>
        {
            for (; confirmed < ack.DeliveryTag; confirmed++)
            {
                Serial serial;
                lock (waiting)
                    serial = waiting.Dequeue();
                OnConfirmed(serial);
                room.Release();
            }
            onConfirmed();
            return Task.CompletedTask;
        };

        await LoadTasks.UntilBrokerDies(channel, async ended =>
        {
            while (!refused.Task.IsFaulted)
            {
                await room.WaitAsync(ended);
                await PublishAsync(channel, waiting, ended);
            }
            await refused.Task;
        });
    }

    /// <summary>Chooses the destination of a message, and records in the ledger that the message is about to be published.</summary>
    protected abstract CrashAddress Address(CrashMessage message);

    /// <summary>Called when the broker has confirmed a message.</summary>
    protected abstract void OnConfirmed(Serial serial);

    private async Task PublishAsync(IChannel channel, Queue<Serial> waiting, CancellationToken ended)
    {
        var message = CrashMessage.Random(new Serial(publisher, ++_number), random);
        var address = Address(message);
        lock (waiting)
            waiting.Enqueue(message.Serial);
        await channel.BasicPublishAsync(address.Exchange, address.RoutingKey, mandatory: false, address.Properties, message.Body, ended);
    }
}

/// <summary>Destination and properties of a message.</summary>
internal sealed record CrashAddress(string Exchange, string RoutingKey, BasicProperties Properties);
