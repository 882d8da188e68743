using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class ChannelCloseTests : BehaviourTests
{
    private const string NoExchange = "NOT_FOUND - no exchange 'nope' in vhost '/'";

    [Test]
    public async Task A_client_that_closes_a_channel_gets_close_ok_and_the_number_back()
    {
        var channel = await OpenChannelAsync();

        await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "bye", 0, 0));

        await channel.Client.OpenChannelAsync(channel.Number);
    }

    /// <summary>
    /// channel.close contains the class id and the method id of the failed method. Spring's error handling uses these ids.
    /// </summary>
    [TestCase("basic.ack", 60, 80)]
    [TestCase("basic.consume", 60, 20)]
    [TestCase("basic.publish", 60, 40)]
    [TestCase("exchange.declare", 40, 10)]
    [TestCase("queue.bind", 50, 20)]
    [TestCase("queue.declare", 50, 10)]
    public async Task A_close_names_the_class_and_the_method_that_failed(string method, int classId, int methodId)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await (method switch
        {
            "basic.ack" => channel.SendAsync(new BasicAck(1, false)),
            "basic.consume" => channel.SendAsync(new BasicConsume(NewName("none"), "", false, false, false, false, FieldTable.Empty)),
            "basic.publish" => channel.PublishAsync(NewName("none"), ""),
            "exchange.declare" =>
                channel.SendAsync(new ExchangeDeclare(NewName("none"), "direct", true, false, false, false, false, FieldTable.Empty)),
            "queue.bind" => channel.SendAsync(new QueueBind(queue, NewName("none"), "", false, FieldTable.Empty)),
            _ => channel.SendAsync(new QueueDeclare(NewName("none"), true, false, false, false, false, FieldTable.Empty)),
        });

        var close = await channel.ExpectAsync<ChannelClose>();
        Assert.That((close.FailingClass, close.FailingMethod), Is.EqualTo(((ushort)classId, (ushort)methodId)));
    }

    [Test]
    public async Task A_channel_that_the_broker_closes_hears_nothing_until_close_ok()
    {
        var channel = await ClosedByTheBrokerAsync();

        await channel.PublishAsync("", "nowhere", "swallowed", mandatory: true);
        await channel.SendAsync(new BasicQos(0, 1, false));
        await channel.SendAsync(new QueueDelete("nope", false, false, false));
        await channel.SendAsync(new ChannelCloseOk());

        // Checks that the next frame is the answer to channel.open, so that the methods sent before got no answer.
        await channel.Client.OpenChannelAsync(channel.Number);
    }

    [Test]
    public async Task A_content_that_was_under_way_when_the_broker_closed_is_swallowed_whole()
    {
        var channel = await OpenChannelAsync();
        await channel.PublishAsync("nope", "");
        await channel.SendAsync(new BasicPublish("nope", "", false, false));
        await channel.ExpectCloseAsync(ReplyCode.NotFound, NoExchange, BasicPublish.Id);

        await channel.SendFrameAsync(FrameType.Header, Encoded.Header(6, [0, 0]));
        await channel.SendFrameAsync(FrameType.Body, "abc"u8);
        await channel.SendFrameAsync(FrameType.Body, "def"u8);
        await channel.SendAsync(new ChannelCloseOk());

        await channel.Client.OpenChannelAsync(channel.Number);
    }

    [Test]
    public async Task Closes_that_cross_are_both_answered()
    {
        var channel = await ClosedByTheBrokerAsync();

        await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "bye", 0, 0));
        await channel.SendAsync(new ChannelCloseOk());

        await channel.Client.OpenChannelAsync(channel.Number);
    }

    [Test]
    public async Task The_number_is_taken_until_close_ok()
    {
        var channel = await ClosedByTheBrokerAsync();

        await channel.SendAsync(new ChannelOpen());

        await channel.Client.ExpectCloseAsync(ReplyCode.ChannelError, "CHANNEL_ERROR - second 'channel.open' seen", ChannelOpen.Id);
    }

    [Test]
    public async Task Frames_out_of_order_are_an_error_even_then()
    {
        var channel = await ClosedByTheBrokerAsync();

        await channel.SendFrameAsync(FrameType.Body, "abc"u8);

        await channel.Client.ExpectCloseAsync(
            ReplyCode.UnexpectedFrame, "UNEXPECTED_FRAME - expected method frame, got non method frame instead");
    }

    [Test]
    public async Task Arguments_that_cannot_be_decoded_are_an_error_even_then()
    {
        var channel = await ClosedByTheBrokerAsync();

        await channel.SendFrameAsync(FrameType.Method, [0, 60, 0, 10, 0]);

        await channel.Client.ExpectCloseAsync(ReplyCode.FrameError, "FRAME_ERROR - cannot decode <<0>>", BasicQos.Id);
    }

    [Test]
    public async Task Other_channels_go_on()
    {
        var channel = await ClosedByTheBrokerAsync();

        var other = await channel.Client.OpenChannelAsync(2);

        await other.ExpectQuietAsync();
    }

    [Test]
    public async Task A_reopened_channel_starts_afresh()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "one");
        await channel.GetAsync(queue, noAck: false);
        await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));

        channel = await channel.Client.OpenChannelAsync(channel.Number);
        var again = await channel.GetAsync(queue, noAck: false);

        Assert.That((again.Method.DeliveryTag, again.Method.Redelivered), Is.EqualTo((1ul, true)));
    }

    [Test]
    public async Task Consumers_of_a_closed_channel_are_gone()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue);
        await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));

        channel = await channel.Client.OpenChannelAsync(channel.Number);

        Assert.That((await channel.LookUpQueueAsync(queue)).ConsumerCount, Is.Zero);
    }

    [Test]
    public async Task No_delivery_leaks_into_the_channel_that_takes_the_number_next()
    {
        const int count = 500;
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        for (int message = 0; message < count; message++)
            await channel.PublishAsync("", queue, $"{message}");
        await channel.ConsumeAsync(queue);
        await channel.SendAsync(new ChannelClose(200, "", 0, 0));
        RawFrame frame;
        do
            frame = await channel.Client.ReceiveAsync(channel.Number);
        while (frame.Method != ChannelCloseOk.Id);

        channel = await channel.Client.OpenChannelAsync(channel.Number);

        await channel.ExpectQuietAsync();
    }

    [Test]
    public async Task An_error_without_a_reply_to_come_still_closes_the_channel()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new QueueDeclare("nope", true, false, false, false, NoWait: true, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, "NOT_FOUND - no queue 'nope' in vhost '/'", QueueDeclare.Id);
    }

    [Test]
    public async Task A_reply_text_that_is_too_long_ends_in_dots()
    {
        var channel = await OpenChannelAsync();
        string name = new('z', 255);

        await channel.SendAsync(new QueueDeclare(name, true, false, false, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{name}"[..252] + "...", QueueDeclare.Id);
    }

    private async Task<RawChannel> ClosedByTheBrokerAsync()
    {
        var channel = await OpenChannelAsync();
        await channel.PublishAsync("nope", "");
        await channel.ExpectCloseAsync(ReplyCode.NotFound, NoExchange, BasicPublish.Id);
        return channel;
    }
}
