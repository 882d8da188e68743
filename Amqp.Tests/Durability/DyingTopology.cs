using RabbitMQ.Client;

namespace Amqp.Tests.Durability;

/// <summary>
/// Queues that dead-letter their messages, each queue for a different reason. A dead letter moves from queue to queue and finally to <see
/// cref="Letters"/>. There is no cycle.
/// </summary>
internal static class DyingTopology
{
    /// <summary>Messages expire by the queue's TTL, and go to <see cref="Short"/>.</summary>
    public const string Expiring = "crash.dying.expiring";

    /// <summary>Messages expire by their own expiration, and go to <see cref="Letters"/>.</summary>
    public const string Own = "crash.dying.own";

    /// <summary>
    /// Messages expire or exceed the length limit of a policy that changes all the time, and go to the policy's dead-letter routing key.
    /// </summary>
    public const string Policed = "crash.dying.policed";

    /// <summary>Messages exceed the length limit, and go to <see cref="Rejected"/>.</summary>
    public const string Short = "crash.dying.short";

    /// <summary>Messages are rejected, and go to <see cref="Limited"/>.</summary>
    public const string Rejected = "crash.dying.rejected";

    /// <summary>Messages are requeued up to the delivery limit, and go to <see cref="Letters"/>.</summary>
    public const string Limited = "crash.dying.limited";

    /// <summary>The queue that does not dead-letter its messages.</summary>
    public const string Letters = "crash.letters";

    /// <summary>
    /// The dead-letter exchange of the policies. Its binding keys are the names of <see cref="Short"/> and <see cref="Letters"/>.
    /// </summary>
    public const string Exchange = "crash.deaths";

    /// <summary>The queues to which the publisher publishes.</summary>
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
