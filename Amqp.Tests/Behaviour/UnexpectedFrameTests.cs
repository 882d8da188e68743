using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>The broker closes a connection with reply code 505 if a frame has a type that is not allowed at that moment.</summary>
public class UnexpectedFrameTests : BehaviourTests
{
    private const string MethodDue = "UNEXPECTED_FRAME - expected method frame, got non method frame instead";
    private const string HeaderDue = "UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead";
    private const string BodyDue = "UNEXPECTED_FRAME - expected content body, got non content body frame instead";

    private static readonly BasicPublish _publish = new("", "nowhere", false, false);

    [Test]
    public async Task A_header_when_a_method_is_due()
    {
        var channel = await OpenChannelAsync();

        await SendHeaderAsync(channel, 0);

        await channel.Client.ExpectCloseAsync(ReplyCode.UnexpectedFrame, MethodDue);
    }

    [Test]
    public async Task A_body_when_a_method_is_due()
    {
        var channel = await OpenChannelAsync();

        await channel.SendFrameAsync(FrameType.Body, "abc"u8);

        await channel.Client.ExpectCloseAsync(ReplyCode.UnexpectedFrame, MethodDue);
    }

    [TestCase(FrameType.Header)]
    [TestCase(FrameType.Body)]
    public async Task Content_on_a_channel_that_was_never_opened(FrameType type)
    {
        var client = await ConnectAsync();

        await client.SendFrameAsync(type, 5, Encoded.Header(0, [0, 0]));

        await client.ExpectCloseAsync(ReplyCode.UnexpectedFrame, MethodDue);
    }

    [TestCase(FrameType.Header, "<<0,60,0,0,0,0,0,0,0,0,0,0,0,0>>")]
    [TestCase(FrameType.Body, "<<0,60,0,0,0,0,0,0,0,0,0,0,0,0>>")]
    public async Task Content_on_channel_0(FrameType type, string shown)
    {
        var client = await ConnectAsync();

        await client.SendFrameAsync(type, 0, Encoded.Header(0, [0, 0]));

        await client.ExpectCloseAsync(ReplyCode.UnexpectedFrame, $"UNEXPECTED_FRAME - type {(byte)type}, all octets = {shown}");
    }

    [Test]
    public async Task A_body_when_a_header_is_due()
    {
        var channel = await OpenChannelAsync();
        await channel.SendAsync(_publish);

        await channel.SendFrameAsync(FrameType.Body, "abc"u8);

        await channel.Client.ExpectCloseAsync(ReplyCode.UnexpectedFrame, HeaderDue, BasicPublish.Id);
    }

    [Test]
    public async Task A_method_when_a_header_is_due()
    {
        var channel = await OpenChannelAsync();
        await channel.SendAsync(_publish);

        await channel.SendAsync(new BasicQos(0, 1, false));

        await channel.Client.ExpectCloseAsync(ReplyCode.UnexpectedFrame, HeaderDue, BasicPublish.Id);
    }

    [Test]
    public async Task A_header_whose_weight_is_not_0()
    {
        var channel = await OpenChannelAsync();
        await channel.SendAsync(_publish);

        await channel.SendFrameAsync(FrameType.Header, Encoded.Header(0, [0, 0], weight: 1));

        await channel.Client.ExpectCloseAsync(ReplyCode.UnexpectedFrame, HeaderDue, BasicPublish.Id);
    }

    [TestCase((ushort)10)]
    [TestCase((ushort)50)]
    [TestCase((ushort)99)]
    public async Task A_header_for_another_class(int classId)
    {
        var channel = await OpenChannelAsync();
        await channel.SendAsync(_publish);

        await channel.SendFrameAsync(FrameType.Header, Encoded.Header(0, [0, 0], (ushort)classId));

        await channel.Client.ExpectCloseAsync(
            ReplyCode.UnexpectedFrame,
            $"UNEXPECTED_FRAME - expected content header for class 60, got one for class {classId} instead",
            BasicPublish.Id);
    }

    [Test]
    public async Task A_header_when_a_body_is_due()
    {
        var channel = await OpenChannelAsync();
        await channel.SendAsync(_publish);
        await SendHeaderAsync(channel, 3);

        await SendHeaderAsync(channel, 3);

        await channel.Client.ExpectCloseAsync(ReplyCode.UnexpectedFrame, BodyDue, BasicPublish.Id);
    }

    [Test]
    public async Task A_method_when_a_body_is_due()
    {
        var channel = await OpenChannelAsync();
        await channel.SendAsync(_publish);
        await SendHeaderAsync(channel, 3);

        await channel.SendAsync(new ChannelClose(200, "", 0, 0));

        await channel.Client.ExpectCloseAsync(ReplyCode.UnexpectedFrame, BodyDue, BasicPublish.Id);
    }

    [TestCase("")]
    [TestCase("abc")]
    public async Task A_body_that_was_not_announced(string body)
    {
        var channel = await OpenChannelAsync();
        await channel.SendAsync(_publish);
        await SendHeaderAsync(channel, 0);

        await channel.SendFrameAsync(FrameType.Body, System.Text.Encoding.ASCII.GetBytes(body));

        await channel.Client.ExpectCloseAsync(ReplyCode.UnexpectedFrame, MethodDue);
    }

    [Test]
    public async Task A_body_longer_than_was_announced()
    {
        await SkipOnRabbitMqAsync("RabbitMQ 3.10 counts below zero and never answers.");
        var channel = await OpenChannelAsync();
        await channel.SendAsync(_publish);
        await SendHeaderAsync(channel, 5);
        await channel.SendFrameAsync(FrameType.Body, "abc"u8);

        await channel.SendFrameAsync(FrameType.Body, "def"u8);

        await channel.Client.ExpectCloseOrEndAsync(ReplyCode.FrameError, ReplyCode.UnexpectedFrame);
    }

    [Test]
    public async Task Empty_body_frames_while_a_body_is_due_are_nothing_unexpected()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.SendAsync(new BasicPublish("", queue, false, false));
        await SendHeaderAsync(channel, 3);

        await channel.SendFrameAsync(FrameType.Body, []);
        await channel.SendFrameAsync(FrameType.Body, "abc"u8);

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("abc"));
    }

    [Test]
    public async Task Heartbeats_and_other_channels_between_the_frames_of_a_content_are_nothing_unexpected()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.SendAsync(new BasicPublish("", queue, false, false));
        await channel.Client.SendFrameAsync(FrameType.Heartbeat, 0, []);
        var other = await channel.Client.OpenChannelAsync(2);
        await SendHeaderAsync(channel, 6);
        await channel.SendFrameAsync(FrameType.Body, "abc"u8);
        await other.PublishAsync("", queue, "first");
        await channel.SendFrameAsync(FrameType.Body, "def"u8);

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("first"));
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("abcdef"));
    }

    private static Task SendHeaderAsync(RawChannel channel, ulong bodySize) =>
        channel.SendFrameAsync(FrameType.Header, Encoded.Header(bodySize, [0, 0]));
}
