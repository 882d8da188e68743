using System.Collections.Concurrent;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using static Amqp.Tests.Federation.FederatedBrokers;

namespace Amqp.Tests.Federation;

/// <summary>Queues that get messages from queues of other brokers.</summary>
public sealed class QueueFederationTests
{
    [TestCase("on-confirm")]
    [TestCase("on-publish")]
    [TestCase("no-ack")]
    public async Task Messages_come_to_where_the_consumers_are(string ackMode)
    {
        await using var brokers = await StartAsync(2);
        var (down, up) = (await OpenWithQueueAsync(brokers, 0), await OpenWithQueueAsync(brokers, 1));
        await up.ExchangeDeclareAsync("x", "fanout");
        await up.QueueBindAsync("f", "x", "");
        await brokers.ConnectAsync(0, 1, ("ack-mode", ackMode));
        await brokers.FederateAsync(0);
        await brokers.WaitForLinksAsync(0, 1);
        for (int i = 0; i < 100; i++)
            await PublishAsync(up, "x", "k", $"{i}");
        Assert.That((await down.QueueDeclarePassiveAsync("f")).MessageCount, Is.Zero); // nobody consumes here

        var received = await ConsumeAsync(down, prefetch: 10);

        await Eventually.Holds(() => received.Count == 100, () => $"{received.Count} messages came");
        Assert.That(received.Select(message => message.Body), Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"{i}")));
        var headers = received.First().Properties.Headers!;
        Assert.That((Text(headers["x-original-exchange"]), Text(headers["x-original-routing-key"])), Is.EqualTo(("x", "k")));
        Assert.That(Received(received.First().Properties).Single().Select(field => $"{field.Key}={Text(field.Value)}"), Is.EqualTo(new[]
        {
            $"uri=amqp://127.0.0.1:{brokers[1].Port}", "queue=f", "redelivered=False", "visit-count=1",
        }));
    }

    [Test]
    public async Task Consumers_at_the_upstream_are_served_first()
    {
        await using var brokers = await StartAsync(2);
        var (down, up) = (await OpenWithQueueAsync(brokers, 0), await OpenWithQueueAsync(brokers, 1));
        await brokers.ConnectAsync(0, 1);
        await brokers.FederateAsync(0);
        await brokers.WaitForLinksAsync(0, 1);
        var (here, there) = (await ConsumeAsync(down, prefetch: 0), await ConsumeAsync(up, prefetch: 0));
        await Eventually.Holds(
            async () => (await brokers.ListAsync(1, "consumers")).Length == 2, () => "the link does not consume");

        for (int i = 0; i < 100; i++)
            await PublishAsync(up, "", "f", $"{i}");

        await Eventually.Holds(() => there.Count == 100, () => $"{there.Count} messages stayed, {here.Count} left");
        Assert.That(here, Is.Empty);
    }

    [Test]
    public async Task A_busy_consumer_gets_no_more_messages_of_the_upstream()
    {
        await using var brokers = await StartAsync(2);
        var (down, up) = (await OpenWithQueueAsync(brokers, 0), await OpenWithQueueAsync(brokers, 1));
        await brokers.ConnectAsync(0, 1, ("prefetch-count", 5));
        await brokers.FederateAsync(0);
        await brokers.WaitForLinksAsync(0, 1);
        var received = await ConsumeAsync(down, prefetch: 1, acknowledges: false);
        await Eventually.Holds(
            async () => (await brokers.ListAsync(1, "consumers")).Length == 1, () => "the link does not consume");

        for (int i = 0; i < 200; i++)
            await PublishAsync(up, "", "f", $"{i}");

        await Eventually.Holds(
            async () => received.Count == 1 && (await brokers.ListAsync(1, "consumers")).Length == 0, () => "the link still consumes");
        Assert.That((await up.QueueDeclarePassiveAsync("f")).MessageCount, Is.GreaterThan(100));
        await down.BasicAckAsync(received.First().Tag, false);
        await Eventually.Holds(() => received.Count == 2, () => "the next message did not come");
    }

    [Test]
    public async Task A_consumer_that_leaves_ends_the_flow()
    {
        await using var brokers = await StartAsync(2);
        var (down, _) = (await OpenWithQueueAsync(brokers, 0), await OpenWithQueueAsync(brokers, 1));
        await brokers.ConnectAsync(0, 1, ("consumer-tag", "mine"));
        await brokers.FederateAsync(0);
        await brokers.WaitForLinksAsync(0, 1);
        string tag = await down.BasicConsumeAsync("f", true, new AsyncEventingBasicConsumer(down));
        System.Text.Json.JsonElement[] consumers = [];
        await Eventually.Holds(
            async () => (consumers = await brokers.ListAsync(1, "consumers")).Length == 1, () => "the link does not consume");
        Assert.That(consumers[0].GetProperty("consumer_tag").GetString(), Is.EqualTo("mine"));
        Assert.That(consumers[0].GetProperty("arguments").GetRawText(), Is.EqualTo("""{"x-priority":-1}"""));

        await down.BasicCancelAsync(tag);

        await Eventually.Holds(async () => (await brokers.ListAsync(1, "consumers")).Length == 0, () => "the link still consumes");
    }

    [Test]
    public async Task In_a_ring_with_consumers_everywhere_each_message_is_consumed_once()
    {
        const int Count = 3, Messages = 300;
        await using var brokers = await StartAsync(Count);
        var channels = new List<IChannel>();
        var received = new List<ConcurrentQueue<Message>>();
        for (int i = 0; i < Count; i++)
            channels.Add(await OpenWithQueueAsync(brokers, i));
        for (int i = 0; i < Count; i++)
        {
            for (int upstream = 0; upstream < Count; upstream++)
                if (upstream != i)
                    await brokers.ConnectAsync(i, upstream, ("prefetch-count", 4));
            await brokers.FederateAsync(i);
        }
        for (int i = 0; i < Count; i++)
            await brokers.WaitForLinksAsync(i, Count - 1);
        foreach (var channel in channels)
            received.Add(await ConsumeAsync(channel, prefetch: 2));

        for (int i = 0; i < Messages; i++)
            await PublishAsync(channels[i % Count], "", "f", $"{i}");

        await Eventually.Holds(() => received.Sum(queue => queue.Count) >= Messages, () => $"{received.Sum(queue => queue.Count)} came");
        Assert.That(
            received.SelectMany(queue => queue).Select(message => message.Body),
            Is.EquivalentTo(Enumerable.Range(0, Messages).Select(i => $"{i}")));
    }

    private static async Task<IChannel> OpenWithQueueAsync(FederatedBrokers brokers, int broker)
    {
        var channel = await brokers.OpenAsync(broker);
        await channel.QueueDeclareAsync("f", durable: true, exclusive: false, autoDelete: false);
        return channel;
    }

    private static async Task<ConcurrentQueue<Message>> ConsumeAsync(IChannel channel, ushort prefetch, bool acknowledges = true)
    {
        var received = new ConcurrentQueue<Message>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            string body = Text(delivery.Body.ToArray())!;
            received.Enqueue(new Message(body, delivery.DeliveryTag, new BasicProperties(delivery.BasicProperties)));
            if (acknowledges)
                await channel.BasicAckAsync(delivery.DeliveryTag, false);
        };
        await channel.BasicQosAsync(0, prefetch, false);
        await channel.BasicConsumeAsync("f", false, consumer);
        return received;
    }

    private sealed record Message(string Body, ulong Tag, BasicProperties Properties);
}
