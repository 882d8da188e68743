using RabbitMQ.Client;

namespace Cluster.Load;

/// <summary>The queues of the load.</summary>
internal static class Topology
{
    public const string Exchange = "load";

    /// <summary>A queue whose messages are acknowledged in transactions.</summary>
    public const string Work = "work";

    /// <summary>A queue whose messages are rejected, so that they go to <see cref="Dead"/>.</summary>
    public const string Rejecting = "rejecting";

    /// <summary>A queue without a consumer.</summary>
    public const string Kept = "kept";

    public const string Dead = "dead";

    /// <summary>A queue for messages that are not persistent. It keeps only the last ones.</summary>
    public const string Transient = "transient";

    /// <summary>Key of messages for the first three queues.</summary>
    public const string All = "all";

    public static IReadOnlyList<string> Routes { get; } = [Work, Rejecting, Kept, All];

    public static IReadOnlyList<string> Queues { get; } = [Work, Rejecting, Kept, Dead, Transient];

    public static async Task DeclareAsync(IChannel channel)
    {
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Direct, durable: true);
        foreach (string queue in Queues)
        {
            var arguments = new Dictionary<string, object?>();
            if (queue == Rejecting)
            {
                arguments["x-dead-letter-exchange"] = "";
                arguments["x-dead-letter-routing-key"] = Dead;
            }
            if (queue == Transient)
                arguments["x-max-length"] = 10;
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments);
            if (queue == Dead)
                continue;
            await channel.QueueBindAsync(queue, Exchange, queue);
            await channel.QueueBindAsync(queue, Exchange, All);
        }
    }
}
