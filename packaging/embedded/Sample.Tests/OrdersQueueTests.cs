using System.Text;
using AmqpBroker.Embedded;
using RabbitMQ.Client;

namespace Sample.Tests;

/// <summary>
/// Each test starts its own broker and declares the queue <c>orders</c> with different arguments. The tests run in parallel.
/// </summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class OrdersQueueTests
{
    private const string Queue = "orders";
    private const int Tests = 50;

    private static IEnumerable<int> Lengths => Enumerable.Range(1, Tests);

    [TestCaseSource(nameof(Lengths))]
    public async Task The_queue_keeps_its_newest_messages(int length)
    {
        await using EmbeddedBroker broker = await EmbeddedBroker.StartAsync();
        await using IConnection connection = await new ConnectionFactory { Uri = broker.Uri }.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        var arguments = new Dictionary<string, object?> { ["x-max-length"] = length };
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, arguments);

        for (int number = 0; number <= length; number++)
            await channel.BasicPublishAsync("", Queue, Encoding.UTF8.GetBytes($"order {number}"));

        Assert.That(await channel.MessageCountAsync(Queue), Is.EqualTo(length));
        BasicGetResult? oldest = await channel.BasicGetAsync(Queue, autoAck: true);
        Assert.That(Encoding.UTF8.GetString(oldest!.Body.Span), Is.EqualTo("order 1"));
    }
}
