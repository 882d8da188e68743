using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>
/// NServiceBus delays messages with one queue for each bit of the delay. A message waits in the queue of each bit that is set in its delay,
/// beginning with the highest bit.
/// </summary>
public class DelayLadderTests : BehaviourTests
{
    private const int Unit = 100; // milliseconds that a message waits in the queue of the lowest bit

    [TestCase("0.0.1", 1)]
    [TestCase("1.0.1", 5)]
    [TestCase("0.1.0", 2)]
    public async Task A_message_waits_in_the_queues_of_the_bits_that_are_set(string bits, int units)
    {
        var channel = await OpenChannelAsync();
        string delivery = await DeclareExchangeAsync(channel, "topic"), target = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(target, delivery, "#.target");
        string top = await DeclareLadderAsync(channel, delivery);
        await channel.ConsumeAsync(target, noAck: true);
        long published = Environment.TickCount64;

        await channel.PublishAsync(top, $"{bits}.target", "late", new() { DeliveryMode = 2 });

        var delivered = await channel.ExpectDeliveryAsync();
        Assert.That(Environment.TickCount64 - published, Is.GreaterThanOrEqualTo(units * Unit - 20));
        Assert.That((delivered.Text, delivered.Method.RoutingKey), Is.EqualTo(("late", $"{bits}.target")));
    }

    /// <returns>Name of the exchange to which clients publish delayed messages.</returns>
    private async Task<string> DeclareLadderAsync(RawChannel channel, string delivery)
    {
        string below = delivery;
        for (int level = 0; level < 3; level++)
        {
            string exchange = await DeclareExchangeAsync(channel, "topic"),
                queue = NewQueueName(),
                skipped = string.Concat(Enumerable.Repeat("*.", 2 - level));
            await channel.DeclareQueueAsync(
                queue, durable: true,
                arguments: Table("x-queue-type", FieldValue.FromString("quorum"))
                    .With("x-dead-letter-strategy", FieldValue.FromString("at-least-once"))
                    .With("x-overflow", FieldValue.FromString("reject-publish"))
                    .With("x-message-ttl", FieldValue.FromInt64(Unit << level))
                    .With("x-dead-letter-exchange", FieldValue.FromString(below)));
            await channel.BindQueueAsync(queue, exchange, $"{skipped}1.#");
            await channel.BindExchangeAsync(below, exchange, $"{skipped}0.#");
            below = exchange;
        }
        return below;
    }
}
