using System.Diagnostics;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class HeartbeatTests : BehaviourTests
{
    [Test]
    public async Task The_broker_sends_one_every_half_interval_while_it_has_nothing_else_to_say()
    {
        var client = await ConnectAsync(heartbeat: 1);
        var watch = Stopwatch.StartNew();

        var first = await client.ReceiveAsync();
        var second = await client.ReceiveAsync();

        Assert.That(first, Has.Property("Type").EqualTo(FrameType.Heartbeat).And.Property("Channel").EqualTo(0));
        Assert.That(second, Has.Property("Type").EqualTo(FrameType.Heartbeat));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2.5)));
    }

    [Test]
    public async Task A_client_silent_for_more_than_two_intervals_is_dropped()
    {
        var client = await ConnectAsync(heartbeat: 1);

        var lived = await client.ExpectEndAsync();

        Assert.That(lived, Is.InRange(TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(5)));
    }

    [Test]
    public async Task A_client_that_sends_heartbeats_lives_on()
    {
        var client = await ConnectAsync(heartbeat: 1);
        var channel = await client.OpenChannelAsync();

        // The broker sends two heartbeats per interval, so nine heartbeats take more than four intervals.
        for (int beat = 0; beat < 9; beat++)
        {
            await client.ReceiveAsync();
            await client.SendFrameAsync(FrameType.Heartbeat, 0, []);
        }

        await channel.ExpectQuietAsync();
    }

    [Test]
    public async Task Whatever_a_client_sends_is_a_sign_of_life()
    {
        var client = await ConnectAsync(heartbeat: 1);
        var channel = await client.OpenChannelAsync();

        for (int frame = 0; frame < 9; frame++)
        {
            await channel.PublishAsync("", NewName("nowhere"), "a");
            RawFrame beat;
            do
                beat = await client.ReceiveAsync();
            while (beat.Type != FrameType.Heartbeat);
        }

        await channel.ExpectQuietAsync();
    }

    [Test]
    public async Task Zero_switches_them_off()
    {
        var silent = await ConnectAsync(heartbeat: 0);
        var beating = await ConnectAsync(heartbeat: 1);

        await beating.ExpectEndAsync();

        await (await silent.OpenChannelAsync()).ExpectQuietAsync();
    }

    [Test]
    public async Task One_on_another_channel_than_0_is_an_unexpected_frame()
    {
        var client = await ConnectAsync();

        await client.SendFrameAsync(FrameType.Heartbeat, 1, []);

        await client.ExpectCloseAsync(ReplyCode.UnexpectedFrame, "UNEXPECTED_FRAME - type 8, all octets = <<>>");
    }

    [TestCase((ushort)0)]
    [TestCase((ushort)1)]
    public async Task One_with_a_payload_is_a_frame_error(int channel)
    {
        var client = await ConnectAsync();

        await client.SendFrameAsync(FrameType.Heartbeat, (ushort)channel, "abc"u8);

        await client.ExpectCloseAsync(ReplyCode.FrameError, "FRAME_ERROR - type 8, all octets = <<\"abc\">>: unknown_frame");
    }
}
