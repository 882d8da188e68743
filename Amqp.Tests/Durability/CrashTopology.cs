using RabbitMQ.Client;

namespace Amqp.Tests.Durability;

/// <summary>
/// The durable objects that exist during the whole test. Three queues have no binding. Three queues get messages from a fanout exchange,
/// one of them through a second exchange.
/// </summary>
internal sealed class CrashTopology
{
    public const string Spread = "crash.spread";
    public const int MaxPriority = 5;
    private const string Onward = "crash.onward";

    public QueueLedger Direct { get; } = new("crash.direct") { IsPromised = true, IsBound = true };

    public QueueLedger Consumed { get; } = new("crash.spread.consumed") { IsPromised = true, IsBound = true };

    public QueueLedger Purged { get; } = new("crash.spread.purged") { IsPromised = true, IsBound = true };

    public QueueLedger Far { get; } = new("crash.onward.far") { IsPromised = true, IsBound = true };

    /// <summary>A queue whose messages stay for several rounds. Each segment of the log contains a few of these messages.</summary>
    public QueueLedger Stuck { get; } = new("crash.stuck") { IsPromised = true, IsBound = true };

    public QueueLedger Prioritized { get; } = new("crash.prioritized") { IsPromised = true, IsBound = true, MaxPriority = MaxPriority };

    /// <summary>
    /// Declares the objects. Called only once, before the first crash, so that later rounds show that the objects survive crashes.
    /// </summary>
    public async Task DeclareAsync(IConnection connection, CrashLedger ledger)
    {
        await using var channel = await connection.CreateChannelAsync();
        await channel.ExchangeDeclareAsync(Spread, ExchangeType.Fanout, durable: true);
        await channel.ExchangeDeclareAsync(Onward, ExchangeType.Fanout, durable: true);
        await channel.ExchangeBindAsync(Onward, Spread, "");
        foreach (var queue in new[] { Direct, Stuck, Consumed, Purged, Far, Prioritized })
        {
            var arguments = queue.MaxPriority == 0 ? null : new Dictionary<string, object?> { ["x-max-priority"] = queue.MaxPriority };
            await channel.QueueDeclareAsync(queue.Name, durable: true, exclusive: false, autoDelete: false, arguments: arguments);
            ledger.Add(queue);
        }
        await channel.QueueBindAsync(Consumed.Name, Spread, "");
        await channel.QueueBindAsync(Purged.Name, Spread, "");
        await channel.QueueBindAsync(Far.Name, Onward, "");
        foreach (var queue in new[] { Consumed, Purged, Far })
            ledger.Spread(queue);
        await DyingTopology.DeclareAsync(channel);
        await DelayedTopology.DeclareAsync(channel);
    }
}
