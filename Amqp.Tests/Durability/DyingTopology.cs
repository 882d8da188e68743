using RabbitMQ.Client;

namespace Amqp.Tests.Durability;

/// <summary>
/// Queues that dead-letter their messages, each for a different reason. Dead letters end in <see cref="Letters"/>. No dead letter reaches a
/// queue twice.
/// </summary>
internal static class DyingTopology
{
    /// <summary>A queue with a TTL. Its messages expire, and go to <see cref="Short"/>.</summary>
    public const string Expiring = "crash.dying.expiring";

    /// <summary>A queue whose messages have different expirations. Expired messages go to <see cref="Letters"/>.</summary>
    public const string Own = "crash.dying.own";

    /// <summary>A queue whose policy changes again and again. The policy sets the length limit and the dead-letter routing key.</summary>
    public const string Policed = "crash.dying.policed";

    /// <summary>A queue with a limit on the number of messages. Messages above the limit go to <see cref="Rejected"/>.</summary>
    public const string Short = "crash.dying.short";

    /// <summary>A queue whose consumer rejects messages. Rejected messages go to <see cref="Limited"/>.</summary>
    public const string Rejected = "crash.dying.rejected";

    /// <summary>
    /// A queue with a delivery limit. Messages are requeued until they reach the limit, and then go to <see cref="Letters"/>.
    /// </summary>
    public const string Limited = "crash.dying.limited";

    /// <summary>The last queue, which does not dead-letter its messages.</summary>
    public const string Letters = "crash.letters";

    /// <summary>
    /// The dead-letter exchange of the policies. Its binding keys are the names of <see cref="Short"/> and <see cref="Letters"/>.
    /// </summary>
    public const string Exchange = "crash.deaths";

    public static string[] Heads { get; } = [Expiring, Own, Policed, Short, Rejected, Limited];

    /// <summary>All queues. Each queue comes before the queues that receive its dead letters.</summary>
    public static string[] Queues { get; } = [.. Heads, Letters];

    public static async Task DeclareAsync(IChannel channel)
    {
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Direct, durable: true);
        await DeclareAsync(Letters);
        await DeclareAsync(Limited, DyingTo(Letters, ("x-queue-type", "quorum"), ("x-delivery-limit", 2)));
        await DeclareAsync(Rejected, DyingTo(Limited));
        await DeclareAsync(Short, DyingTo(Rejected, ("x-max-length", 10)));
        await DeclareAsync(Policed);
        await DeclareAsync(Own, DyingTo(Letters));
        await DeclareAsync(Expiring, DyingTo(Short, ("x-message-ttl", 150)));
        foreach (string target in new[] { Short, Letters })
            await channel.QueueBindAsync(target, Exchange, target);

        Task DeclareAsync(string queue, Dictionary<string, object?>? arguments = null) =>
            channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments: arguments);
    }

    private static Dictionary<string, object?> DyingTo(string queue, params (string Name, object Value)[] more)
    {
        var arguments = new Dictionary<string, object?> { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = queue };
        foreach (var (name, value) in more)
            arguments.Add(name, value);
        return arguments;
    }
}
