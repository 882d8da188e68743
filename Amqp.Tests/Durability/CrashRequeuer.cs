using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Durability;

/// <summary>
/// Until the broker is killed, takes messages from a queue and requeues them: one by one, many at once, or by closing the channel.
/// </summary>
internal sealed class CrashRequeuer(QueueLedger queue, CrashLedger ledger, Random random)
{
    private const int Prefetch = 100;
    private const int MostTaken = 150;

    public override string ToString() => $"requeuer of {queue.Name}";

    /// <param name="connection">A connection that no other code uses. The work ends when the connection is closed.</param>
    public async Task RunAsync(IConnection connection)
    {
        while (connection.IsOpen)
        {
            try
            {
                await using var channel = await connection.CreateChannelAsync();
                await TakeAndReturnAsync(channel, random.Next(1, MostTaken));
                await channel.CloseAsync(); // requeues the messages that are still unacknowledged
            }
            catch (Exception error)
                when (error is OperationInterruptedException or OperationCanceledException or IOException or ObjectDisposedException
                    or TimeoutException
                    && !connection.IsOpen)
            {
                return;
            }
        }
    }

    private async Task TakeAndReturnAsync(IChannel channel, int messages)
    {
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => LoadTasks.UntilBrokerDies(channel, async ended =>
        {
            var found = CrashMessage.Read(delivery);
            if (!found.IsIntact)
                enough.TrySetException(new InvalidDataException($"{queue.Name}: message {found.Serial} came damaged"));
            ledger.Deliver(queue, found.Serial);
            if (--messages == 0)
                enough.TrySetResult();
            switch (random.Next(8))
            {
                case 0:
                    await channel.BasicRejectAsync(found.DeliveryTag, requeue: true, ended);
                    break;
                case 1:
                    await channel.BasicNackAsync(found.DeliveryTag, multiple: true, requeue: true, ended);
                    break;
            }
        });
        await LoadTasks.UntilBrokerDies(channel, async ended =>
        {
            await channel.BasicQosAsync(0, Prefetch, global: false, ended);
            await channel.BasicConsumeAsync(queue.Name, autoAck: false, consumer, ended);
            await enough.Task;
        });
    }
}
