using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Durability;

/// <summary>Consumes a queue of messages that wander, until the broker dies: acknowledges some, rejects some and requeues the others.</summary>
/// <param name="queue">Its name.</param>
/// <param name="acknowledged">Of a hundred messages.</param>
/// <param name="rejected">Of a hundred messages.</param>
/// <param name="ledger">Where it is noted what was acknowledged.</param>
/// <param name="random">Chooses.</param>
internal sealed class DyingConsumer(string queue, int acknowledged, int rejected, WandererLedger ledger, Random random)
{
    private const int Prefetch = 50;

    public override string ToString() => $"consumer of {queue}";

    /// <param name="channel">A channel of its own; it ends with the broker.</param>
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
