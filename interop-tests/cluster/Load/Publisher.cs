using RabbitMQ.Client;

namespace Cluster.Load;

/// <summary>Publishes numbered messages, each once, in one of the ways that have a confirm.</summary>
/// <param name="round">Number of the round.</param>
/// <param name="number">Number of the publisher.</param>
/// <param name="isTransactional">True for transactions, false for publisher confirms.</param>
/// <param name="isMandatory">True for messages that come back if no queue gets them.</param>
/// <param name="isPersistent">
/// False for messages that are not kept. Their confirms do not wait for replicas, so they show whether two brokers lead at once.
/// </param>
/// <param name="client">Connects.</param>
/// <param name="ledger">Receives what was sent and confirmed.</param>
/// <param name="seed">Chooses sizes and routes.</param>
internal sealed class Publisher(
    int round, int number, bool isTransactional, bool isMandatory, bool isPersistent, ClusterClient client, Ledger ledger, int seed)
{
    private const int MostOutstanding = 64, BatchSize = 8, LargestSize = 3000;

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(6);

    private readonly Random _random = new(seed);
    private int _lastNumber;

    public int Number => number;

    /// <summary>Publishes until it is told to stop, and connects again whenever a connection is lost.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using ClientConnection connection = await client.ConnectAsync(stop);
                if (isTransactional)
                    await CommitAsync(connection, stop);
                else
                    await PublishAsync(connection, stop);
            }
            catch (Exception error) when (ClientConnection.IsLoss(error))
            {
                // It goes on with another connection.
            }
        }
    }

    private async Task PublishAsync(ClientConnection connection, CancellationToken stop)
    {
        IChannel channel = await connection.OpenChannelAsync(hasConfirms: true);
        var confirms = new ConfirmTracker(ledger);
        channel.BasicAcksAsync += (_, ack) => confirms.NoteAsync(ack.DeliveryTag, ack.Multiple, Outcome.Confirmed);
        channel.BasicNacksAsync += (_, nack) => confirms.NoteAsync(nack.DeliveryTag, nack.Multiple, Outcome.Refused);
        channel.BasicReturnAsync += (_, returned) =>
        {
            ledger.AddRemark($"{MessageId.Read(returned.Body.Span)} was returned: {returned.ReplyText}");
            return Task.CompletedTask;
        };
        while (!stop.IsCancellationRequested)
        {
            for (int i = 0; i < BatchSize; i++)
            {
                await confirms.WaitForRoomAsync(MostOutstanding, ClusterClient.Patience);
                confirms.Add(await SendAsync(channel, connection, Outcome.Unknown));
            }
            await Task.Delay(_pause, CancellationToken.None);
        }
        await confirms.WaitForRoomAsync(1, ClusterClient.Patience);
    }

    private async Task CommitAsync(ClientConnection connection, CancellationToken stop)
    {
        IChannel channel = await connection.OpenChannelAsync();
        await channel.TxSelectAsync(stop).WaitAsync(ClusterClient.Patience, stop);
        while (!stop.IsCancellationRequested)
        {
            var batch = new List<MessageId>();
            while (batch.Count < BatchSize)
                batch.Add(await SendAsync(channel, connection, Outcome.NotCommitted));
            if (_random.Next(20) == 0)
            {
                await channel.TxRollbackAsync(CancellationToken.None).WaitAsync(ClusterClient.Patience, CancellationToken.None);
                continue;
            }
            ledger.SetOutcome(batch, Outcome.Unknown);
            await channel.TxCommitAsync(CancellationToken.None).WaitAsync(ClusterClient.Patience, CancellationToken.None);
            ledger.SetOutcome(batch, Outcome.Confirmed);
            await Task.Delay(_pause, CancellationToken.None);
        }
    }

    private async Task<MessageId> SendAsync(IChannel channel, ClientConnection connection, Outcome outcome)
    {
        var id = new MessageId(round, number, ++_lastNumber);
        string route = isPersistent ? Topology.Routes[_random.Next(Topology.Routes.Count)] : Topology.Transient;
        ledger.AddSent(id, route, connection, outcome);
        byte[] body = id.ToBody(_random.Next(LargestSize));
        var properties = new BasicProperties { Persistent = isPersistent };
        await channel.BasicPublishAsync(Topology.Exchange, route, isMandatory, properties, body).AsTask()
            .WaitAsync(ClusterClient.Patience);
        return id;
    }
}
