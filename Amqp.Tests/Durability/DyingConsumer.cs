using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Durability;

/// <summary>Consumes a queue until the broker is killed. Acknowledges, rejects or requeues each message.</summary>
/// <param name="queue">Name of the queue.</param>
/// <param name="acknowledged">Percentage of messages to acknowledge.</param>
/// <param name="rejected">Percentage of messages to reject.</param>
/// <param name="ledger">Records the acknowledged messages.</param>
/// <param name="random">Source of the random choices.</param>
internal sealed class DyingConsumer(string queue, int acknowledged, int rejected, WandererLedger ledger, Random random)
{
    private const int Prefetch = 50;

    public override string ToString() => $"consumer of {queue}";

    /// <param name="channel">A channel that no other code uses. The work ends when the channel is closed.</param>
    public async Task RunAsync(IChannel channel)
    {
        var damaged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => LoadTasks.UntilBrokerDies(channel, async ended =>
        {
            var found = CrashMessage.Read(delivery);
            if (!found.IsIntact)
                damaged.TrySetException(new InvalidDataException($"{queue}: message {found.Serial} came damaged"));
            int chance = random.Next(100);
            if (chance < acknowledged)
            {
                ledger.Acknowledge(found.Serial);
                await channel.BasicAckAsync(found.DeliveryTag, multiple: false, ended);
                return;
            }
            await channel.BasicNackAsync(found.DeliveryTag, multiple: chance % 8 == 0, requeue: chance >= acknowledged + rejected, ended);
        });
        await LoadTasks.UntilBrokerDies(channel, async ended =>
        {
            await channel.BasicQosAsync(0, Prefetch, global: false, ended);
            await channel.BasicConsumeAsync(queue, autoAck: false, consumer, ended);
            await damaged.Task;
        });
    }
}
