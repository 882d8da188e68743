using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>Messages expire after the <c>x-message-ttl</c> of their queue, or after their own expiration.</summary>
public class MessageTtlTests : BehaviourTests
{
    [Test]
    public async Task A_message_goes_when_its_queues_time_is_over()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, Ttl(50));

        await PublishAsync(channel, queue, "a");

        await BecomesEmptyAsync(channel, queue);
        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task A_message_goes_when_its_own_time_is_over()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await PublishAsync(channel, queue, "a", new() { Expiration = "50" });

        await BecomesEmptyAsync(channel, queue);
    }

    [TestCase(60_000, "50")]
    [TestCase(50, "60000")]
    public async Task The_shorter_time_counts(int queueTtl, string expiration)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, Ttl(queueTtl));

        await PublishAsync(channel, queue, "a", new() { Expiration = expiration });

        await BecomesEmptyAsync(channel, queue);
    }

    [Test]
    public async Task A_message_behind_one_that_stays_waits_for_its_turn_and_is_not_delivered()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await PublishAsync(channel, queue, "stays");
        await PublishAsync(channel, queue, "goes", new() { Expiration = "20" });
        await PublishAsync(channel, queue, "stays too");

        await OutliveAsync(20); // the message does not expire yet, because it is not at the front of the queue
        Assert.That((await channel.LookUpQueueAsync(queue)).MessageCount, Is.EqualTo(3));
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("stays"));
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("stays too"));
        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task A_message_that_a_get_brings_to_the_front_goes_at_once()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await PublishAsync(channel, queue, "stays");
        await PublishAsync(channel, queue, "goes", new() { Expiration = "20" });
        await OutliveAsync(20);

        await channel.GetAsync(queue);

        await BecomesEmptyAsync(channel, queue);
    }

    [Test]
    public async Task A_requeued_message_keeps_its_time()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, Ttl(1000));
        await PublishAsync(channel, queue, "a");
        await channel.GetAsync(queue, noAck: false);
        // the time to live ends while the message is unacknowledged, so the message expires as soon as it is requeued
        await OutliveAsync(1000);

        await channel.SendAsync(new BasicReject(1, Requeue: true));

        await BecomesEmptyAsync(channel, queue);
    }

    [Test]
    public async Task A_message_whose_time_is_over_when_it_comes_back_is_not_delivered_again(
        [Values] bool byQueue,
        [Values(0, 300)] int time,
        [Values] bool isQuorum,
        [Values("reject", "nack", "recover", "channel", "connection")] string how)
    {
        var watch = await OpenChannelAsync();
        string letters = await DeclareQueueAsync(watch), queue = NewQueueName();
        var arguments = Table("x-dead-letter-exchange", FieldValue.FromString(""))
            .With("x-dead-letter-routing-key", FieldValue.FromString(letters));
        if (byQueue)
            arguments = arguments.With("x-message-ttl", FieldValue.FromInt32(time));
        if (isQuorum)
            arguments = arguments.With("x-queue-type", FieldValue.FromString("quorum"));
        await watch.DeclareQueueAsync(queue, durable: true, arguments: arguments);
        var channel = await OpenChannelAsync();
        await channel.ConsumeAsync(queue, "c");
        await watch.PublishAsync("", queue, "a", byQueue ? new() : new() { Expiration = $"{time}" });
        ulong tag = (await channel.ExpectDeliveryAsync()).Method.DeliveryTag;
        await OutliveAsync(time);

        switch (how)
        {
            case "reject":
                await channel.SendAsync(new BasicReject(tag, Requeue: true));
                break;
            case "nack":
                await channel.SendAsync(new BasicNack(tag, false, Requeue: true));
                break;
            case "recover":
                await channel.CallAsync<BasicRecover, BasicRecoverOk>(new BasicRecover(Requeue: true));
                break;
            case "channel":
                await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));
                break;
            default:
                await channel.Client.DisposeAsync();
                break;
        }

        await Eventually.Holds(async () => (await watch.LookUpQueueAsync(letters)).MessageCount == 1, () => "no dead letter has arrived");
        Assert.That((await watch.LookUpQueueAsync(queue)).MessageCount, Is.Zero);
        if (how is "reject" or "nack" or "recover")
            await channel.ExpectQuietAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task With_no_time_at_all_it_is_delivered_to_who_waits_for_it_and_gone_otherwise(bool byQueue)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, byQueue ? Ttl(0) : null);
        BasicProperties properties = byQueue ? new() : new() { Expiration = "0" };
        await channel.QosAsync(1);
        await channel.ConsumeAsync(queue, "a");

        await channel.PublishAsync("", queue, "waited for", properties);
        await channel.PublishAsync("", queue, "nobody has room", properties);

        var delivered = await channel.ExpectDeliveryAsync();
        Assert.That(delivered.Text, Is.EqualTo("waited for"));
        await BecomesEmptyAsync(channel, queue);
        await channel.SendAsync(new BasicAck(delivered.Method.DeliveryTag, false));
        await channel.ExpectQuietAsync();
    }

    [TestCase("abc", "no_integer")]
    [TestCase("", "no_integer")]
    [TestCase(" 100", "no_integer")]
    [TestCase("-1", "{value_negative,-1}")]
    [TestCase("1.5", "{leftover_string,\".5\"}")]
    [TestCase("100 ", "{leftover_string,\" \"}")]
    [TestCase("0x10", "{leftover_string,\"x10\"}")]
    [TestCase("315360000001", "{value_too_large,315360000001}")]
    [TestCase("99999999999999999999", "{value_too_large,\n                                            99999999999999999999}")]
    public async Task An_expiration_that_is_no_time_is_refused(string expiration, string why)
    {
        var channel = await OpenChannelAsync();

        // the broker checks the expiration even though no queue gets the message
        await channel.PublishAsync("", NewName("q"), "a", new() { Expiration = expiration });

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed, $"PRECONDITION_FAILED - invalid expiration '{expiration}': {why}", BasicPublish.Id);
    }

    [TestCase("60000")]
    [TestCase("+60000")]
    public async Task An_expiration_reaches_the_consumer_as_it_came(string expiration)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await PublishAsync(channel, queue, "a", new() { Expiration = expiration });

        Assert.That(BasicProperties.Read((await channel.GetAsync(queue)).Content.Properties).Expiration, Is.EqualTo(expiration));
    }

    [Test]
    public async Task Many_messages_expire_in_order_and_the_rest_stays()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        for (int message = 0; message < 5000; message++)
            await channel.PublishAsync("", queue, "goes", new() { Expiration = "1" });
        await channel.PublishAsync("", queue, "stays");

        await Eventually.Holds(
            async () => (await channel.LookUpQueueAsync(queue)).MessageCount == 1,
            () => "expired messages are still there");
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("stays"));
    }

    /// <summary>Publishes a message, and waits until the queue contains it.</summary>
    private static async Task PublishAsync(RawChannel channel, string queue, string text, BasicProperties? properties = null)
    {
        await channel.SelectConfirmsAsync();
        await channel.PublishAsync("", queue, text, properties);
        await channel.ExpectAsync<BasicAck>();
    }

    private static FieldTable Ttl(int milliseconds) => Table("x-message-ttl", FieldValue.FromInt32(milliseconds));

    private static Task BecomesEmptyAsync(RawChannel channel, string queue) =>
        Eventually.Holds(async () => (await channel.LookUpQueueAsync(queue)).MessageCount == 0, () => "the message is still there");
}
