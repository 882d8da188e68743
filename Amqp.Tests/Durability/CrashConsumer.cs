using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Durability;

/// <summary>
/// Consumes a queue until the broker is killed. Acknowledges most messages, requeues some, and leaves some unacknowledged.
/// </summary>
internal sealed class CrashConsumer(QueueLedger queue, CrashLedger ledger, Random random)
{
    private const int Prefetch = 200;
    private const int MostHeld = 100;

    public override string ToString() => $"consumer of {queue.Name}";

    /// <param name="channel">A channel that no other code uses. The work ends when the channel is closed.</param>
    public async Task RunAsync(IChannel channel)
    {
        var damaged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int held = 0;
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => LoadTasks.UntilBrokerDies(channel, async ended =>
        {
            var found = CrashMessage.Read(delivery);
            if (!found.IsIntact)
                damaged.TrySetException(new InvalidDataException($"{queue.Name}: message {found.Serial} came damaged"));
            ledger.Deliver(queue, found.Serial);
            int chance = random.Next(10);
            if (chance == 0 && held < MostHeld)
            {
                held++;
                return;
            }
            if (chance < 3)
            {
                await channel.BasicNackAsync(found.DeliveryTag, multiple: false, requeue: true, ended);
                return;
            }
            ledger.Change(queue, entry => entry.Acknowledge(found.Serial));
            await channel.BasicAckAsync(found.DeliveryTag, multiple: false, ended);
        });
        await LoadTasks.UntilBrokerDies(channel, async ended =>
        {
            await channel.BasicQosAsync(0, Prefetch, global: false, ended);
            await channel.BasicConsumeAsync(queue.Name, autoAck: false, consumer, ended);
            await damaged.Task;
        });
    }
}
