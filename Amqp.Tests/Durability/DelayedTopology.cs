using RabbitMQ.Client;

namespace Amqp.Tests.Durability;

/// <summary>
/// The exchange that delays messages, and the queue that receives the delayed messages. Delayed messages must survive crashes.
/// </summary>
internal static class DelayedTopology
{
    public const string Exchange = "crash.delayed";
    public const string Queue = "crash.delayed.due";

    public static async Task DeclareAsync(IChannel channel)
    {
        await channel.ExchangeDeclareAsync(
            Exchange,
            "x-delayed-message",
            durable: true,
            arguments: new Dictionary<string, object?> { ["x-delayed-type"] = ExchangeType.Fanout });
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(Queue, Exchange, "");
    }
}
