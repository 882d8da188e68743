using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Durability;

/// <summary>Reads all messages that the queues contain after a crash, and compares them with the ledger of published messages.</summary>
internal sealed class CrashInspection(IConnection connection, CrashLedger ledger)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    public List<string> Faults { get; } = [];

    public long Seen { get; private set; }

    /// <summary>Reads a queue and compares it with the ledger.</summary>
    /// <param name="queue">The queue. If the queue must exist and is missing, the inspection reports an error.</param>
    /// <param name="drain">True to acknowledge the messages; false to requeue them by closing the channel.</param>
    public async Task InspectAsync(QueueLedger queue, bool drain)
    {
        if (!await ExistsAsync(channel => channel.QueueDeclarePassiveAsync(queue.Name)))
        {
            if (queue.IsPromised)
                Faults.Add($"{queue.Name}: the queue is gone");
            ledger.Remove(queue);
            return;
        }
        await using var channel = await connection.CreateChannelAsync();
        var found = await ReadAsync(channel, queue.Name);
        Seen += found.Count;
        Faults.AddRange(ledger.Judge(queue, found));
        if (drain && found.Count > 0)
            await channel.BasicAckAsync(found[^1].DeliveryTag, multiple: true);
        await channel.CloseAsync();
        if (drain)
            ledger.Settle(queue);
    }

    public async Task DemandGoneAsync(string kind, string name, Func<IChannel, Task> lookUp)
    {
        if (await ExistsAsync(lookUp))
            Faults.Add($"{name}: the {kind} is back");
    }

    public async Task DemandThereAsync(string kind, string name, Func<IChannel, Task> lookUp)
    {
        if (!await ExistsAsync(lookUp))
            Faults.Add($"{name}: the {kind} is gone");
    }

    private async Task<bool> ExistsAsync(Func<IChannel, Task> lookUp)
    {
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            await lookUp(channel);
            return true;
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == 404)
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<Found>> ReadAsync(IChannel channel, string queue)
    {
        uint count = (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
        var found = new List<Found>((int)count);
        if (count == 0)
            return found;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            found.Add(CrashMessage.Read(delivery));
            if (found.Count == count)
                all.TrySetResult();
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
        try
        {
            await all.Task.WaitAsync(_patience);
        }
        catch (TimeoutException)
        {
            Faults.Add($"{queue}: counts {count} messages and delivers {found.Count}");
        }
        return found;
    }
}
