using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>
/// Quorum queues count how often each message is requeued, and discard a message when the count exceeds the delivery limit.
/// </summary>
public class DeliveryLimitTests : BehaviourTests
{
    [Test]
    public async Task Consumers_are_told_the_count_once_there_is_one()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel);
        await channel.ConsumeAsync(queue, "a");
        await channel.PublishAsync(
            "", queue, "a", new() { Headers = Table("zz", FieldValue.FromInt32(1)).With("aa", FieldValue.FromInt32(2)) });

        var first = await channel.ExpectDeliveryAsync();
        await channel.SendAsync(new BasicNack(first.Method.DeliveryTag, false, Requeue: true));
        var second = await channel.ExpectDeliveryAsync();
        await channel.SendAsync(new BasicReject(second.Method.DeliveryTag, Requeue: true));
        var third = await channel.ExpectDeliveryAsync();

        Assert.That(Headers(first.Content).Select(header => header.Key), Is.EqualTo(["zz", "aa"]));
        Assert.That((second.Method.Redelivered, Headers(second.Content)["x-delivery-count"]), Is.EqualTo((true, FieldValue.FromInt64(1))));
        Assert.That(Headers(third.Content).Select(header => header.Key), Is.EqualTo(["aa", "x-delivery-count", "zz"]));
        Assert.That(Headers(third.Content)["x-delivery-count"], Is.EqualTo(FieldValue.FromInt64(2)));
    }

    [Test]
    public async Task Get_tells_the_count_the_first_time_too()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel);
        await channel.PublishAsync("", queue, "a");

        Assert.That(Headers((await TakeAsync(channel, queue)).Content)["x-delivery-count"], Is.EqualTo(FieldValue.FromInt64(0)));
    }

    [Test]
    public async Task A_channel_that_closes_counts()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel);
        await channel.PublishAsync("", queue, "a");
        var other = await channel.Client.OpenChannelAsync(2);
        await TakeAsync(other, queue);

        await other.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));

        Assert.That(Headers((await TakeAsync(channel, queue)).Content)["x-delivery-count"], Is.EqualTo(FieldValue.FromInt64(1)));
    }

    [Test]
    public async Task Past_the_limit_a_message_is_dead_lettered()
    {
        var channel = await OpenChannelAsync();
        string letters = await DeclareQueueAsync(channel);
        string queue = await DeclareAsync(channel, FieldTable.Empty
            .With("x-delivery-limit", FieldValue.FromInt32(2))
            .With("x-dead-letter-exchange", FieldValue.FromString(""))
            .With("x-dead-letter-routing-key", FieldValue.FromString(letters)));
        await channel.PublishAsync("", queue, "a");

        for (int delivery = 1; delivery <= 3; delivery++)
            await channel.SendAsync(new BasicNack((await TakeAsync(channel, queue)).Method.DeliveryTag, false, Requeue: true));

        var letter = await TakeAsync(channel, letters);
        var death = Headers(letter.Content)["x-death"]!.Value.AsArray()[0].AsTable();
        Assert.That((death["reason"]!.Value.AsString(), death["queue"]!.Value.AsString()), Is.EqualTo(("delivery_limit", queue)));
        Assert.That(Headers(letter.Content)["x-delivery-count"], Is.Null);
        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task Without_a_dead_letter_exchange_it_is_dropped()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel, Table("x-delivery-limit", FieldValue.FromInt32(0)));
        await channel.PublishAsync("", queue, "a");

        await channel.SendAsync(new BasicNack((await TakeAsync(channel, queue)).Method.DeliveryTag, false, Requeue: true));

        await Eventually.Holds(async () => (await channel.LookUpQueueAsync(queue)).MessageCount == 0, () => "the message is still there");
        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task A_classic_queue_does_not_count()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "a");
        await channel.SendAsync(new BasicNack((await TakeAsync(channel, queue)).Method.DeliveryTag, false, Requeue: true));

        Assert.That(BasicProperties.Read((await TakeAsync(channel, queue)).Content.Properties).Headers, Is.Null);
    }

    private async Task<string> DeclareAsync(RawChannel channel, FieldTable? more = null)
    {
        string queue = NewQueueName();
        await channel.DeclareQueueAsync(
            queue, durable: true, arguments: (more ?? FieldTable.Empty).With("x-queue-type", FieldValue.FromString("quorum")));
        return queue;
    }

    private static async Task<RawMessage<BasicGetOk>> TakeAsync(RawChannel channel, string queue)
    {
        await Eventually.Holds(async () => (await channel.LookUpQueueAsync(queue)).MessageCount > 0, () => "the message does not arrive");
        return await channel.GetAsync(queue, noAck: false);
    }

    private static FieldTable Headers(RawContent content) => BasicProperties.Read(content.Properties).Headers ?? FieldTable.Empty;
}
