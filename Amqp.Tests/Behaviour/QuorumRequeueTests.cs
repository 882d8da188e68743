using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>
/// Clients return messages to a quorum queue. If the queue has a delivery limit, the messages go to the front. If not, they go to the end.
/// </summary>
public class QuorumRequeueTests : BehaviourTests
{
    [TestCase(false, "3 4 5 1+ 0+ 2+")]
    [TestCase(true, "1+ 0+ 2+ 3 4 5")]
    public async Task Each_for_itself(bool hasLimit, string expected)
    {
        var (channel, queue) = await TakeThreeOfSixAsync(hasLimit);

        foreach (ulong tag in (ulong[])[2, 1, 3])
            await channel.SendAsync(new BasicNack(tag, false, Requeue: true));

        await ExpectAsync(queue, expected);
    }

    [TestCase(false, "3 4 5 0+ 1+ 2+")]
    [TestCase(true, "0+ 1+ 2+ 3 4 5")]
    public async Task Several_at_once(bool hasLimit, string expected)
    {
        var (channel, queue) = await TakeThreeOfSixAsync(hasLimit);

        await channel.SendAsync(new BasicNack(3, Multiple: true, Requeue: true));

        await ExpectAsync(queue, expected);
    }

    [TestCase(false, "3 4 5 0+ 1+ 2+")]
    [TestCase(true, "0+ 1+ 2+ 3 4 5")]
    public async Task By_recover(bool hasLimit, string expected)
    {
        var (channel, queue) = await TakeThreeOfSixAsync(hasLimit);

        await channel.CallAsync<BasicRecover, BasicRecoverOk>(new BasicRecover(true));

        await ExpectAsync(queue, expected);
    }

    [TestCase(false, "0+ 2+ 3 4 5 1+")]
    [TestCase(true, "1+ 0+ 2+ 3 4 5")]
    public async Task What_a_channel_held_that_closes_goes_before_those_that_nobody_has_had(bool hasLimit, string expected)
    {
        var (channel, queue) = await TakeThreeOfSixAsync(hasLimit);
        await channel.SendAsync(new BasicNack(2, false, Requeue: true));

        await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));

        await ExpectAsync(queue, expected);
    }

    [TestCase(false, "3 4 5 0+ 2+")]
    [TestCase(true, "0+ 2+ 3 4 5")]
    public async Task In_a_transaction_at_its_commit_and_the_older_first(bool hasLimit, string expected)
    {
        var (channel, queue) = await TakeThreeOfSixAsync(hasLimit);
        await channel.CallAsync<TxSelect, TxSelectOk>(new());

        await channel.SendAsync(new BasicNack(3, false, Requeue: true));
        await channel.SendAsync(new BasicNack(1, false, Requeue: true));
        await channel.SendAsync(new BasicAck(2, false));
        await channel.CallAsync<TxCommit, TxCommitOk>(new());

        await ExpectAsync(queue, expected);
    }

    [TestCase(false, "0+ 2+ 6")]
    [TestCase(true, "4 5 6")]
    public async Task What_makes_room_is_in_front_then(bool hasLimit, string expected)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel, Limits(hasLimit).With("x-max-length", FieldValue.FromInt32(3)));
        await channel.SelectConfirmsAsync();
        await PublishAsync(channel, queue, 0, 3);
        await TakeAsync(channel, queue, 3);
        await PublishAsync(channel, queue, 3, 3);

        foreach (ulong tag in (ulong[])[2, 1, 3])
            await channel.SendAsync(new BasicNack(tag, false, Requeue: true));
        await Eventually.Holds(async () => (await channel.LookUpQueueAsync(queue)).MessageCount == 3, () => "the queue is too long");
        await PublishAsync(channel, queue, 6, 1);

        await ExpectAsync(queue, expected);
    }

    [Test]
    public async Task A_message_that_always_fails_does_not_keep_others_from_a_consumer_with_a_prefetch_of_one()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel, Limits(false));
        await channel.SelectConfirmsAsync();
        await PublishAsync(channel, queue, 0, 5);
        await channel.QosAsync(1);
        await channel.ConsumeAsync(queue);

        var handled = new List<string>();
        while (handled.Count < 4)
        {
            var delivery = await channel.ExpectDeliveryAsync();
            if (delivery.Text == "0")
            {
                await channel.SendAsync(new BasicNack(delivery.Method.DeliveryTag, false, Requeue: true));
                continue;
            }
            handled.Add(delivery.Text);
            await channel.SendAsync(new BasicAck(delivery.Method.DeliveryTag, false));
        }

        Assert.That(handled, Is.EqualTo(["1", "2", "3", "4"]));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_returned_message_keeps_all_it_has_and_is_counted_on(bool hasLimit)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel, Limits(hasLimit));
        var properties = new BasicProperties { Headers = Table("h", FieldValue.FromInt32(1)), Expiration = "60000", CorrelationId = "c" };
        await channel.SelectConfirmsAsync();
        await channel.PublishAsync("", queue, "a", properties);
        await channel.ExpectAsync<BasicAck>();
        await channel.ConsumeAsync(queue);

        for (int time = 0; time < 3; time++)
        {
            var delivery = await channel.ExpectDeliveryAsync();
            var decoded = delivery.Content.Decoded;
            Assert.That(
                (delivery.Text, decoded.Expiration, decoded.CorrelationId, decoded.Headers!["h"]),
                Is.EqualTo(("a", "60000", "c", FieldValue.FromInt32(1))));
            Assert.That(decoded.Headers!["x-delivery-count"], time == 0 ? Is.Null : Is.EqualTo(FieldValue.FromInt64(time)));
            await channel.SendAsync(new BasicReject(delivery.Method.DeliveryTag, Requeue: true));
        }
    }

    private async Task<(RawChannel Channel, string Queue)> TakeThreeOfSixAsync(bool hasLimit)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel, Limits(hasLimit));
        var publisher = await channel.Client.OpenChannelAsync(2);
        await publisher.SelectConfirmsAsync();
        await PublishAsync(publisher, queue, 0, 6);
        await TakeAsync(channel, queue, 3);
        return (channel, queue);
    }

    private async Task<string> DeclareAsync(RawChannel channel, FieldTable arguments)
    {
        string queue = NewQueueName();
        await channel.DeclareQueueAsync(queue, durable: true, arguments: arguments);
        return queue;
    }

    private static FieldTable Limits(bool hasLimit)
    {
        var arguments = Table("x-queue-type", FieldValue.FromString("quorum"));
        return hasLimit ? arguments.With("x-delivery-limit", FieldValue.FromInt32(50)) : arguments;
    }

    private static async Task PublishAsync(RawChannel channel, string queue, int first, int count)
    {
        for (int message = first; message < first + count; message++)
        {
            await channel.PublishAsync("", queue, $"{message}", new() { DeliveryMode = 2 });
            await channel.ExpectAsync<BasicAck>();
        }
    }

    private static async Task TakeAsync(RawChannel channel, string queue, int count)
    {
        for (int message = 0; message < count; message++)
            await channel.GetAsync(queue, noAck: false);
    }

    /// <summary>
    /// Checks that the queue contains these messages in this order. A plus after a message means that the message is redelivered.
    /// </summary>
    private async Task ExpectAsync(string queue, string expected)
    {
        var channel = await OpenChannelAsync();
        int count = expected.Count(character => character == ' ') + 1;
        await Eventually.Holds(
            async () => (await channel.LookUpQueueAsync(queue)).MessageCount == count,
            () => $"there are not {count} messages");
        var found = new List<string>();
        for (int message = 0; message < count; message++)
        {
            var got = await channel.GetAsync(queue);
            found.Add(got.Method.Redelivered ? $"{got.Text}+" : got.Text);
        }
        Assert.That(string.Join(' ', found), Is.EqualTo(expected));
    }
}
