using RabbitMQ.Client;

namespace Amqp.Tests.Durability;

/// <summary>Publishes as fast as a window of unconfirmed messages lets it, until the broker dies. Lives through all crashes: its numbers go on.</summary>
internal sealed class CrashPublisher(int publisher, CrashLedger ledger, CrashTopology topology, Random random)
{
    private const int Window = 300;
    private int _number;

    /// <summary>The channel that it wants: confirms as they come.</summary>
    public static CreateChannelOptions Options => new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);

    public override string ToString() => $"publisher {publisher}";

    /// <param name="channel">A channel of its own; it ends with the broker.</param>
    /// <param name="onConfirmed">Called when something was confirmed.</param>
    public async Task RunAsync(IChannel channel, Action onConfirmed)
    {
        using var window = new SemaphoreSlim(Window);
        var refused = new TaskCompletionSource();
        var waiting = new Queue<Serial>(); // locked: the client's callbacks take what is published here
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
                ledger.Confirm(serial);
                window.Release();
            }
            onConfirmed();
            return Task.CompletedTask;
        };

        await LoadTasks.UntilBrokerDies(channel, async ended =>
        {
            while (!refused.Task.IsFaulted)
            {
                await window.WaitAsync(ended);
                await PublishAsync(channel, waiting, ended);
            }
            await refused.Task;
        });
    }

    private async Task PublishAsync(IChannel channel, Queue<Serial> waiting, CancellationToken ended)
    {
        var message = CrashMessage.Random(new Serial(publisher, ++_number), random);
        bool isPersistent = random.Next(20) != 0;
        var only = random.Next(60) switch
        {
            0 => topology.Stuck,
            < 20 => null,
            _ => topology.Direct,
        };
        if (isPersistent)
            ledger.Publish(message.Serial, only);
        lock (waiting)
            waiting.Enqueue(message.Serial);
        await channel.BasicPublishAsync(
            only is null ? CrashTopology.Spread : "", only?.Name ?? "", mandatory: false, message.Properties(isPersistent), message.Body, ended);
    }
}
