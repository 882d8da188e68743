using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>Queues with a length limit drop, dead-letter or reject messages when they are full.</summary>
public class MaxLengthTests : BehaviourTests
{
    [Test]
    public async Task The_oldest_make_room()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, Limit("x-max-length", 2));

        foreach (string text in (string[])["1", "2", "3", "4"])
            await PublishAsync(channel, queue, text);

        Assert.That(await GetAllAsync(channel, queue), Is.EqualTo(["3", "4"]));
    }

    [Test]
    public async Task Bytes_are_those_of_the_bodies()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, Limit("x-max-length-bytes", 10));

        foreach (string text in (string[])["aaaa", "bbbb", "cccc"])
            await PublishAsync(channel, queue, text, new() { CorrelationId = "a long one that does not count" });

        Assert.That(await GetAllAsync(channel, queue), Is.EqualTo(["bbbb", "cccc"]));
    }

    [Test]
    public async Task A_message_larger_than_the_limit_goes_and_takes_the_others_with_it()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, Limit("x-max-length-bytes", 10));
        await PublishAsync(channel, queue, "aaaa");

        await PublishAsync(channel, queue, "12345678901");

        await Eventually.Holds(async () => (await channel.LookUpQueueAsync(queue)).MessageCount == 0, () => "the queue is not empty");
    }

    [Test]
    public async Task Unacknowledged_messages_do_not_count_until_they_come_back()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, Limit("x-max-length", 1));
        await PublishAsync(channel, queue, "1");
        await channel.GetAsync(queue, noAck: false);
        await PublishAsync(channel, queue, "2");
        Assert.That((await channel.LookUpQueueAsync(queue)).MessageCount, Is.EqualTo(1));

        await channel.SendAsync(new BasicReject(1, Requeue: true));

        Assert.That(await GetAllAsync(channel, queue), Is.EqualTo(["2"]));
    }

    [Test]
    public async Task A_consumer_that_takes_everything_gets_everything()
    {
        await SkipOnRabbitMqAsync("RabbitMQ pauses a consumer with 200 deliveries in flight, and drops messages then.");
        const int count = 1000;
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, Limit("x-max-length", 0));
        await channel.ConsumeAsync(queue, "a", noAck: true);

        for (int message = 0; message < count; message++)
            await channel.PublishAsync("", queue, $"{message}");

        for (int message = 0; message < count; message++)
            Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo($"{message}"));
    }

    [TestCase("reject-publish")]
    [TestCase("reject-publish-dlx")]
    public async Task A_full_queue_refuses_and_its_publisher_hears_of_it(string overflow)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, Limit("x-max-length", 2).With("x-overflow", FieldValue.FromString(overflow)));
        await channel.SelectConfirmsAsync();

        foreach (string text in (string[])["1", "2", "3"])
            await channel.PublishAsync("", queue, text);

        Assert.That(await ConfirmsAsync(channel, 3), Is.EqualTo([(1ul, true), (2ul, true), (3ul, false)]));
        Assert.That(await GetAllAsync(channel, queue), Is.EqualTo(["1", "2"]));
    }

    [Test]
    public async Task Room_that_a_consumer_makes_can_be_filled_again()
    {
        await SkipOnRabbitMqAsync("RabbitMQ pauses a consumer with 200 deliveries in flight, and refuses messages then.");
        const int count = 500;
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(
            channel, Limit("x-max-length", 3).With("x-overflow", FieldValue.FromString("reject-publish")));
        var consumer = await channel.Client.OpenChannelAsync(2);
        await consumer.ConsumeAsync(queue, "a", noAck: true);
        await channel.SelectConfirmsAsync();

        for (int message = 0; message < count; message++)
            await channel.PublishAsync("", queue, $"{message}", new() { DeliveryMode = 2 });

        Assert.That((await ConfirmsAsync(channel, count)).Where(confirm => !confirm.IsAck), Is.Empty);
    }

    [Test]
    public async Task Who_asked_for_no_confirms_hears_nothing()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(
            channel, Limit("x-max-length-bytes", 3).With("x-overflow", FieldValue.FromString("reject-publish")));

        await channel.PublishAsync("", queue, "12");
        await channel.PublishAsync("", queue, "34");
        await Eventually.Holds(async () => (await channel.LookUpQueueAsync(queue)).MessageCount == 1, () => "the message does not arrive");

        Assert.That(await GetAllAsync(channel, queue), Is.EqualTo(["12"]));
    }

    [Test]
    public async Task One_queue_that_refuses_is_enough_for_a_nack_though_another_takes_it()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "fanout");
        string full = await DeclareQueueAsync(
            channel, Limit("x-max-length", 0).With("x-overflow", FieldValue.FromString("reject-publish")));
        string other = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(full, exchange);
        await channel.BindQueueAsync(other, exchange);
        await channel.SelectConfirmsAsync();

        await channel.PublishAsync(exchange, "", "1", new() { DeliveryMode = 2 });

        Assert.That(await ConfirmsAsync(channel, 1), Is.EqualTo([(1ul, false)]));
        Assert.That(await GetAllAsync(channel, other), Is.EqualTo(["1"]));
    }

    /// <summary>Receives the confirms with delivery tags 1 to <paramref name="count"/>, in any order.</summary>
    internal static async Task<List<(ulong Tag, bool IsAck)>> ConfirmsAsync(RawChannel channel, int count)
    {
        var confirms = new SortedDictionary<ulong, bool>();
        while (confirms.Count < count)
        {
            var frame = await channel.Client.ReceiveAsync(channel.Number);
            var id = MethodId.FromValue(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(frame.Payload));
            bool isAck = id == BasicAck.Id;
            Assert.That(isAck || id == BasicNack.Id);
            var (tag, multiple) = isAck
                ? Parts(MethodArguments.Read<BasicAck>(frame.Payload.AsSpan(4)))
                : Parts(MethodArguments.Read<BasicNack>(frame.Payload.AsSpan(4)));
            for (ulong confirmed = multiple ? 1 : tag; confirmed <= tag; confirmed++)
                confirms.TryAdd(confirmed, isAck);
        }
        return [.. confirms.Select(confirm => (confirm.Key, confirm.Value))];

        static (ulong, bool) Parts(object confirm) =>
            confirm is BasicAck ack ? (ack.DeliveryTag, ack.Multiple) : (((BasicNack)confirm).DeliveryTag, ((BasicNack)confirm).Multiple);
    }

    /// <summary>Publishes a message, and waits until the queue contains it.</summary>
    private static async Task PublishAsync(RawChannel channel, string queue, string text, BasicProperties? properties = null)
    {
        await channel.SelectConfirmsAsync();
        await channel.PublishAsync("", queue, text, properties);
        await channel.ExpectAsync<BasicAck>();
    }

    private static FieldTable Limit(string name, int value) => Table(name, FieldValue.FromInt32(value));

    private static async Task<List<string>> GetAllAsync(RawChannel channel, string queue)
    {
        var all = new List<string>();
        for (uint left = (await channel.LookUpQueueAsync(queue)).MessageCount; left > 0; left--)
            all.Add((await channel.GetAsync(queue)).Text);
        await channel.ExpectEmptyAsync(queue);
        return all;
    }
}
