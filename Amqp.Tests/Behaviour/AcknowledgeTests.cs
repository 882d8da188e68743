using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>basic.ack, basic.nack and basic.reject accept the right delivery tags, and settle or requeue the right messages.</summary>
public class AcknowledgeTests : BehaviourTests
{
    [Test]
    public async Task An_acknowledged_message_is_gone()
    {
        var channel = await OpenChannelAsync();
        string queue = await TakeAsync(channel, 1);

        await channel.SendAsync(new BasicAck(1, false));

        await ExpectBackAsync(channel, queue);
    }

    [Test]
    public async Task Acknowledgements_may_come_in_any_order()
    {
        var channel = await OpenChannelAsync();
        string queue = await TakeAsync(channel, 4);

        foreach (ulong tag in (ulong[])[3, 1, 4])
            await channel.SendAsync(new BasicAck(tag, false));

        await ExpectBackAsync(channel, queue, "2");
    }

    [Test]
    public async Task A_multiple_one_takes_all_up_to_its_tag()
    {
        var channel = await OpenChannelAsync();
        string queue = await TakeAsync(channel, 4);

        await channel.SendAsync(new BasicAck(3, Multiple: true));

        await ExpectBackAsync(channel, queue, "4");
    }

    [Test]
    public async Task A_multiple_one_for_tag_0_takes_all()
    {
        var channel = await OpenChannelAsync();
        string queue = await TakeAsync(channel, 4);

        await channel.SendAsync(new BasicAck(0, Multiple: true));

        await ExpectBackAsync(channel, queue);
    }

    [Test]
    public async Task A_multiple_one_for_tag_0_may_find_nothing()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new BasicAck(0, Multiple: true));
        await channel.SendAsync(new BasicNack(0, Multiple: true, true));

        await channel.ExpectQuietAsync();
    }

    [TestCase(99ul, false)]
    [TestCase(0ul, false)]
    [TestCase(99ul, true)]
    [TestCase(ulong.MaxValue, false)]
    public async Task An_unknown_tag_closes_the_channel(ulong tag, bool multiple)
    {
        var channel = await OpenChannelAsync();
        await TakeAsync(channel, 1);

        await channel.SendAsync(new BasicAck(tag, multiple));

        await ExpectUnknownAsync(channel, tag, BasicAck.Id);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_tag_is_unknown_when_it_has_been_acknowledged(bool multiple)
    {
        var channel = await OpenChannelAsync();
        await TakeAsync(channel, 2);
        await channel.SendAsync(new BasicAck(1, false));

        await channel.SendAsync(new BasicAck(1, multiple));

        await ExpectUnknownAsync(channel, 1, BasicAck.Id);
    }

    [Test]
    public async Task A_tag_is_unknown_when_its_delivery_needed_no_acknowledgement()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "hello");
        await channel.GetAsync(queue, noAck: true);

        await channel.SendAsync(new BasicAck(1, false));

        await ExpectUnknownAsync(channel, 1, BasicAck.Id);
    }

    [Test]
    public async Task A_tag_is_unknown_on_another_channel()
    {
        var channel = await OpenChannelAsync();
        await TakeAsync(channel, 1);
        var other = await channel.Client.OpenChannelAsync(2);

        await other.SendAsync(new BasicAck(1, false));

        await ExpectUnknownAsync(other, 1, BasicAck.Id);
    }

    [TestCase(7ul)]
    [TestCase(0ul)]
    public async Task A_reject_of_an_unknown_tag_closes_the_channel(ulong tag)
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new BasicReject(tag, false));

        await ExpectUnknownAsync(channel, tag, BasicReject.Id);
    }

    [TestCase(7ul, true)]
    [TestCase(7ul, false)]
    [TestCase(0ul, false)]
    public async Task A_nack_of_an_unknown_tag_closes_the_channel(ulong tag, bool multiple)
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new BasicNack(tag, multiple, false));

        await ExpectUnknownAsync(channel, tag, BasicNack.Id);
    }

    [Test]
    public async Task A_rejected_message_is_gone_unless_it_is_to_go_back()
    {
        var channel = await OpenChannelAsync();
        string queue = await TakeAsync(channel, 3);

        await channel.SendAsync(new BasicReject(1, Requeue: false));
        await channel.SendAsync(new BasicReject(2, Requeue: true));
        await channel.SendAsync(new BasicAck(3, false));

        await ExpectBackAsync(channel, queue, "2");
    }

    [Test]
    public async Task A_multiple_nack_puts_all_up_to_its_tag_back()
    {
        var channel = await OpenChannelAsync();
        string queue = await TakeAsync(channel, 4);

        await channel.SendAsync(new BasicNack(3, Multiple: true, Requeue: true));
        await channel.SendAsync(new BasicAck(4, false));

        await ExpectBackAsync(channel, queue, "1", "2", "3");
    }

    [Test]
    public async Task A_nack_that_does_not_requeue_drops()
    {
        var channel = await OpenChannelAsync();
        string queue = await TakeAsync(channel, 3);

        await channel.SendAsync(new BasicNack(2, Multiple: true, Requeue: false));

        await ExpectBackAsync(channel, queue, "3");
    }

    [Test]
    public async Task After_a_channel_error_what_was_unacknowledged_goes_back_in_order()
    {
        var channel = await OpenChannelAsync();
        string queue = await TakeAsync(channel, 3);

        await channel.SendAsync(new BasicAck(99, false));
        await ExpectUnknownAsync(channel, 99, BasicAck.Id);

        await channel.SendAsync(new ChannelCloseOk());
        // RabbitMQ requeues the messages only after it has closed the channel. The test uses a consumer, because basic.get does not wait
        // for messages.
        var other = await channel.Client.OpenChannelAsync(2);
        await other.ConsumeAsync(queue);
        foreach (string message in (string[])["1", "2", "3"])
        {
            var again = await other.ExpectDeliveryAsync();
            Assert.That((again.Text, again.Method.Redelivered), Is.EqualTo((message, true)));
        }
    }

    /// <summary>Declares a queue with a number of messages ("1", "2" and so on), and gets all of them on the channel.</summary>
    private static async Task<string> TakeAsync(RawChannel channel, int count)
    {
        string queue = await DeclareQueueAsync(channel);
        for (int message = 1; message <= count; message++)
            await channel.PublishAsync("", queue, $"{message}");
        for (int message = 1; message <= count; message++)
            await channel.GetAsync(queue, noAck: false);
        return queue;
    }

    /// <summary>Closes the channel, and checks that the queue then contains exactly these messages.</summary>
    private static async Task ExpectBackAsync(RawChannel channel, string queue, params string[] messages)
    {
        await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));
        await ExpectMessagesAsync(await channel.Client.OpenChannelAsync(2), queue, messages);
    }

    private static async Task ExpectMessagesAsync(RawChannel channel, string queue, params string[] messages)
    {
        foreach (string message in messages)
        {
            var got = await channel.GetAsync(queue);
            Assert.That((got.Text, got.Method.Redelivered), Is.EqualTo((message, true)));
        }
        await channel.ExpectEmptyAsync(queue);
    }

    private static Task ExpectUnknownAsync(RawChannel channel, ulong tag, MethodId cause) =>
        channel.ExpectCloseAsync(ReplyCode.PreconditionFailed, $"PRECONDITION_FAILED - unknown delivery tag {tag}", cause);
}
