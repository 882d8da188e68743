using System.Diagnostics;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Cluster.Load;

/// <summary>Consumes one queue: acknowledges in transactions, or rejects.</summary>
/// <param name="queue">The queue.</param>
/// <param name="client">Connects.</param>
/// <param name="ledger">Receives what was delivered and settled.</param>
internal sealed class Consumer(string queue, ClusterClient client, Ledger ledger)
{
    private const int BatchSize = 10;
    private const ushort Prefetch = 60;

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);

    /// <summary>Consumes until it is told to stop, and connects again whenever a connection is lost.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using ClientConnection connection = await client.ConnectAsync(stop);
                IChannel channel = await connection.OpenChannelAsync();
                await ConsumeAsync(connection, channel, stop);
            }
            catch (Exception error) when (ClientConnection.IsLoss(error))
            {
                // It goes on with another connection.
            }
        }
    }

    /// <summary>
    /// Receives and acknowledges what is in the queue, until it is empty: also what connections hold that the broker still thinks open.
    /// </summary>
    /// <remarks>Connects again if the leader changes: one whose lease ended during a fault may learn of it after the last fault.</remarks>
    public async Task DrainAsync(ManagementClient api, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await DrainOnceAsync(api, stop);
                return;
            }
            catch (Exception error) when (ClientConnection.IsLoss(error) || error is HttpRequestException)
            {
                await Task.Delay(100, stop);
            }
        }
    }

    private async Task DrainOnceAsync(ManagementClient api, CancellationToken stop)
    {
        await using ClientConnection connection = await client.ConnectAsync(stop);
        IChannel channel = await connection.OpenChannelAsync();
        ChannelReader<(MessageId Id, ulong Tag)> deliveries = await SubscribeAsync(connection, channel, 1000, stop);
        while (true)
        {
            ulong last = 0;
            int count = 0;
            while (deliveries.TryRead(out (MessageId Id, ulong Tag) delivery))
                (last, count) = (delivery.Tag, count + 1);
            if (count > 0)
                await channel.BasicAckAsync(last, multiple: true, stop);
            else if ((await api.GetAsync(connection.Address, $"queues/%2F/{queue}")).GetProperty("messages").GetInt32() == 0)
                return;
            else
                await Task.Delay(50, stop);
        }
    }

    private async Task ConsumeAsync(ClientConnection connection, IChannel channel, CancellationToken stop)
    {
        bool isTransactional = queue == Topology.Work;
        if (isTransactional)
            await channel.TxSelectAsync(stop).WaitAsync(ClusterClient.Patience, stop);
        ChannelReader<(MessageId Id, ulong Tag)> deliveries = await SubscribeAsync(connection, channel, Prefetch, stop);
        while (!stop.IsCancellationRequested)
        {
            List<(MessageId Id, ulong Tag)> batch = await ReadAsync(channel, deliveries, stop);
            if (batch.Count == 0)
                continue;
            MessageId[] ids = [.. batch.Select(one => one.Id)];
            ledger.AddAnswered(queue, ids);
            if (isTransactional)
            {
                await channel.BasicAckAsync(batch[^1].Tag, multiple: true, CancellationToken.None);
                await channel.TxCommitAsync(CancellationToken.None).WaitAsync(ClusterClient.Patience, CancellationToken.None);
                ledger.AddSettled(queue, ids);
            }
            else
            {
                await channel.BasicNackAsync(batch[^1].Tag, multiple: true, requeue: false, CancellationToken.None);
            }
        }
    }

    /// <summary>Reads the next deliveries. If none comes for a while, asks the broker whether it is there.</summary>
    private async Task<List<(MessageId Id, ulong Tag)>> ReadAsync(
        IChannel channel, ChannelReader<(MessageId Id, ulong Tag)> deliveries, CancellationToken stop)
    {
        var batch = new List<(MessageId Id, ulong Tag)>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(_look);
        try
        {
            await deliveries.WaitToReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            await channel.MessageCountAsync(queue, stop).WaitAsync(ClusterClient.Patience, stop);
        }
        while (batch.Count < BatchSize && deliveries.TryRead(out (MessageId Id, ulong Tag) delivery))
            batch.Add(delivery);
        return batch;
    }

    private async Task<ChannelReader<(MessageId Id, ulong Tag)>> SubscribeAsync(
        ClientConnection connection, IChannel channel, ushort prefetch, CancellationToken stop)
    {
        var deliveries = Channel.CreateUnbounded<(MessageId Id, ulong Tag)>();
        await channel.BasicQosAsync(0, prefetch, false, stop).WaitAsync(ClusterClient.Patience, stop);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            deliveries.Writer.TryComplete(new IOException("the channel has ended"));
            return Task.CompletedTask;
        };
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            if (MessageId.Read(delivery.Body.Span) is not { } id)
            {
                ledger.AddRemark($"a message in {queue} has a body that nobody sent");
                return Task.CompletedTask;
            }
            ledger.AddReceived(new ReceivedMessage(queue, id, delivery.Redelivered, Stopwatch.GetTimestamp(), connection));
            deliveries.Writer.TryWrite((id, delivery.DeliveryTag));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, stop).WaitAsync(ClusterClient.Patience, stop);
        return deliveries.Reader;
    }
}
