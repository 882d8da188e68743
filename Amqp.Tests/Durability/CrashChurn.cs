using System.Globalization;
using RabbitMQ.Client;

namespace Amqp.Tests.Durability;

/// <summary>Declares, binds, fills, purges and deletes durable queues until the broker is killed.</summary>
internal sealed class CrashChurn(int publisher, CrashLedger ledger, CrashTopology topology, Random random)
{
    // maximum number of queues that a round does not delete; small, because each queue gets all messages of the fanout exchange
    private const int MostKept = 2;
    private const int MessagesEach = 5;
    private int _number;

    /// <summary>Name of the transient queue and of the transient exchange of a round. Both must not exist after a crash.</summary>
    public static string TransientName(int round) => string.Create(CultureInfo.InvariantCulture, $"crash.transient.{round}");

    public static string ExchangeName(int round) => string.Create(CultureInfo.InvariantCulture, $"crash.exchange.{round}");

    /// <summary>
    /// Declares the exchange of a round, and its transient objects. Returns when the broker has answered all declarations.
    /// </summary>
    public static async Task PrepareAsync(IConnection connection, int round)
    {
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync(TransientName(round), durable: false, exclusive: false, autoDelete: false);
        await channel.ExchangeDeclareAsync(TransientName(round), ExchangeType.Topic, durable: false);
        await channel.ExchangeDeclareAsync(ExchangeName(round), ExchangeType.Headers, durable: true);
    }

    /// <summary>Options for the channel of <see cref="RunAsync"/>: the client waits for the confirm of each publish.</summary>
    public static CreateChannelOptions Options => new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    public override string ToString() => "churn";

    /// <param name="channel">A channel that no other code uses. The work ends when the channel is closed.</param>
    /// <param name="round">Number of the round, which is part of the queues' names.</param>
    public async Task RunAsync(IChannel channel, int round)
    {
        await LoadTasks.UntilBrokerDies(channel, async _ =>
        {
            int kept = 0;
            for (int made = 0; ; made++)
            {
                var queue = await MakeAsync(channel, string.Create(CultureInfo.InvariantCulture, $"crash.churn.{round}.{made}"));
                for (int sent = 0; sent < MessagesEach; sent++)
                    await PublishAsync(channel, queue);
                if (random.Next(4) == 0)
                    await PurgeAsync(channel, random.Next(2) == 0 ? queue : topology.Purged);
                if (kept < MostKept && random.Next(2) == 0)
                    kept++;
                else
                    await DeleteAsync(channel, queue);
            }
        });
    }

    private async Task<QueueLedger> MakeAsync(IChannel channel, string name)
    {
        var queue = new QueueLedger(name) { MayHoldUnknown = true };
        ledger.Add(queue);
        await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false);
        ledger.Change(queue, entry => entry.IsPromised = true);
        ledger.Spread(queue);
        await channel.QueueBindAsync(name, CrashTopology.Spread, "");
        ledger.Change(queue, entry => entry.IsBound = true);
        return queue;
    }

    private async Task PublishAsync(IChannel channel, QueueLedger queue)
    {
        var message = CrashMessage.Random(new Serial(publisher, ++_number), random);
        ledger.Publish(message.Serial, queue);
        await channel.BasicPublishAsync("", queue.Name, mandatory: true, message.Properties(persistent: true), message.Body);
        ledger.Confirm(message.Serial);
    }

    private async Task PurgeAsync(IChannel channel, QueueLedger queue)
    {
        ledger.Change(queue, entry => entry.BeginPurge());
        await channel.QueuePurgeAsync(queue.Name);
        ledger.Change(queue, entry => entry.EndPurge());
    }

    private async Task DeleteAsync(IChannel channel, QueueLedger queue)
    {
        ledger.Change(queue, entry => (entry.IsPromised, entry.IsBound) = (false, false));
        await channel.QueueDeleteAsync(queue.Name);
        ledger.Remove(queue);
    }
}
