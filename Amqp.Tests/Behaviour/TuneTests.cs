using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class TuneTests : BehaviourTests
{
    [TestCase(4096u)]
    [TestCase(131_072u)]
    public async Task A_frame_max_that_the_broker_can_do_is_accepted(uint frameMax) => await ConnectAsync(frameMax: frameMax);

    [Test]
    public async Task A_frame_max_of_0_leaves_it_to_the_broker()
    {
        await SkipOnRabbitMqAsync("RabbitMQ 3.10 treats 0 as more than its own limit and drops the connection.");

        await ConnectAsync(frameMax: 0);
    }

    [TestCase(1u)]
    [TestCase(4095u)]
    [TestCase(131_073u)]
    public async Task A_frame_max_too_small_or_too_large_is_refused(uint frameMax)
    {
        var client = await DialAsync();
        await client.LogInAndExpectTuneAsync();

        await client.SendAsync(0, new ConnectionTuneOk(2047, frameMax, 0));

        await client.ExpectCloseOrEndAsync(ReplyCode.NotAllowed);
    }

    [TestCase((ushort)0)]
    [TestCase((ushort)2048)]
    public async Task A_channel_max_beyond_the_brokers_is_refused(int channelMax)
    {
        var client = await DialAsync();
        await client.LogInAndExpectTuneAsync();

        await client.SendAsync(0, new ConnectionTuneOk((ushort)channelMax, 131_072, 0));

        await client.ExpectCloseOrEndAsync(ReplyCode.NotAllowed);
    }

    [Test]
    public async Task As_many_channels_as_agreed_may_be_open()
    {
        var client = await ConnectAsync(channelMax: 3);
        for (ushort number = 1; number <= 3; number++)
            await client.OpenChannelAsync(number);

        await client.SendAsync(4, new ChannelOpen());

        await client.ExpectCloseAsync(
            ReplyCode.NotAllowed, "NOT_ALLOWED - number of channels opened (3) has reached the negotiated channel_max (3)");
    }

    [Test]
    public async Task Channel_max_counts_channels_and_does_not_limit_their_numbers()
    {
        var client = await ConnectAsync(channelMax: 3);

        await client.OpenChannelAsync(100);
        await client.OpenChannelAsync(65_535);
    }

    [Test]
    public async Task A_closed_channel_makes_room_for_another()
    {
        var client = await ConnectAsync(channelMax: 1);
        var channel = await client.OpenChannelAsync(1);

        await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));

        await client.OpenChannelAsync(2);
    }

    [Test]
    public async Task The_broker_sends_no_frame_larger_than_agreed()
    {
        var channel = await (await ConnectAsync(frameMax: 4096)).OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync(new BasicPublish("", queue, false, false), [0, 0], new byte[10_000], frameMax: 4096);

        var got = await channel.GetAsync(queue);

        Assert.That(got.Content.Body, Has.Length.EqualTo(10_000));
        Assert.That(got.Content.BodyFrames, Is.EqualTo(3)); // the body has 4088 + 4088 + 1824 bytes
    }

    [Test]
    public async Task A_frame_larger_than_agreed_is_refused()
    {
        var client = await ConnectAsync(frameMax: 4096);
        await client.OpenChannelAsync();

        await client.SendFrameAsync(FrameType.Body, 1, new byte[4097]);

        await client.ExpectCloseAsync(ReplyCode.FrameError, "FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,4097,4088}");
    }

    [Test]
    public async Task Eight_bytes_more_than_agreed_are_forgiven()
    {
        var channel = await (await ConnectAsync(frameMax: 4096)).OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.PublishAsync(new BasicPublish("", queue, false, false), [0, 0], new byte[4096], frameMax: 4096 + Frame.Overhead);

        Assert.That((await channel.GetAsync(queue)).Content.Body, Has.Length.EqualTo(4096));
    }
}
