using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.EndToEnd;

/// <summary>Many clients use the broker at the same time, with many channels and queues.</summary>
public sealed class ManyClientsTests : ClientTests
{
    private const int Many = 200;

    [Test]
    public async Task Two_hundred_channels_of_one_connection_work_at_once()
    {
        var connection = await ConnectAsync();

        var channels = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => connection.CreateChannelAsync()));
        var echoes = await Task.WhenAll(channels.Select(EchoAsync)).WaitAsync(Patience);

        Assert.That(echoes, Is.EqualTo(Enumerable.Range(0, Many).Select(number => $"{number}")));
    }

    [Test]
    public async Task Two_hundred_connections_work_at_once()
    {
        var channels = new List<IChannel>();
        foreach (var connecting in Enumerable.Range(0, Many).Chunk(20))
            foreach (var connection in await Task.WhenAll(connecting.Select(_ => ConnectAsync())))
                channels.Add(await connection.CreateChannelAsync());

        var echoes = await Task.WhenAll(channels.Select(EchoAsync)).WaitAsync(Patience);

        Assert.That(echoes, Is.EqualTo(Enumerable.Range(0, Many).Select(number => $"{number}")));
    }

    [Test]
    public async Task Twenty_thousand_messages_over_fifty_queues_come_once_each_and_in_order()
    {
        const int queues = 50, producers = 4, consumers = 4, each = 5_000;
        var declaring = await OpenChannelAsync();
        string[] names = [.. Enumerable.Range(0, queues).Select(number => $"many-{number}-{Guid.NewGuid():N}")];
        foreach (string name in names)
            await declaring.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false);
        var arrivals = names.ToDictionary(name => name, _ => new List<string>());
        int missing = producers * each;
        var all = new TaskCompletionSource();
        for (int number = 0; number < consumers; number++)
        {
            var channel = await OpenChannelAsync();
            await channel.BasicQosAsync(0, 100, global: false);
            foreach (string name in names.Where((_, i) => i % consumers == number))
                await ConsumeAsync(channel, name, arrivals[name], () =>
                {
                    if (Interlocked.Decrement(ref missing) == 0)
                        all.TrySetResult();
                });
        }

        await Task.WhenAll(Enumerable.Range(0, producers).Select(producer => PublishAsync(producer, each, names)));
        await all.Task.WaitAsync(Patience);

        // Each producer has sent its message i to queue i % 50. Each queue must contain exactly its messages, in order.
        foreach (int queue in Enumerable.Range(0, queues))
            foreach (int producer in Enumerable.Range(0, producers))
                Assert.That(
                    arrivals[names[queue]].Where(text => text.StartsWith($"{producer}:", StringComparison.Ordinal)),
                    Is.EqualTo(Enumerable.Range(0, each).Where(i => i % queues == queue).Select(i => $"{producer}:{i}")));
    }

    private static async Task<string> EchoAsync(IChannel channel, int number)
    {
        string queue = await channel.QueueDeclareAsync();
        var log = await DeliveryLog.ConsumeAsync(channel, queue, autoAck: true);
        await channel.BasicPublishAsync("", queue, Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
        return (await log.NextAsync()).Text;
    }

    private static Task<string> ConsumeAsync(IChannel channel, string queue, List<string> arrivals, Action onArrival)
    {
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            arrivals.Add(Encoding.UTF8.GetString(delivery.Body.Span)); // needs no lock, because each queue has one consumer
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
            onArrival();
        };
        return channel.BasicConsumeAsync(queue, autoAck: false, consumer);
    }

    private async Task PublishAsync(int producer, int count, string[] queues)
    {
        var channel = await OpenChannelAsync();
        var properties = new BasicProperties { Persistent = true };
        for (int i = 0; i < count; i++)
            await channel.BasicPublishAsync(
                "", queues[i % queues.Length], mandatory: true, properties, Encoding.UTF8.GetBytes($"{producer}:{i}"));
    }
}
