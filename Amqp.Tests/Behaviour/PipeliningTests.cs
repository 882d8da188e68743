using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>Clients send methods without waiting for the answers to earlier methods.</summary>
public class PipeliningTests : BehaviourTests
{
    [Test]
    public async Task Answers_come_in_the_order_of_the_questions()
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");

        await channel.SendAsync(new QueueDeclare(queue, false, false, Exclusive: true, false, false, FieldTable.Empty));
        await channel.SendAsync(new BasicGet(queue, true));
        await channel.PublishAsync("", queue, "one");
        await channel.SendAsync(new BasicGet(queue, true));
        await channel.SendAsync(new QueueBind(queue, "amq.direct", queue, false, FieldTable.Empty));
        await channel.SendAsync(new BasicQos(0, 1, false));
        await channel.SendAsync(new ConfirmSelect(false));
        await channel.SendAsync(new QueueDelete(queue, false, false, false));

        await channel.ExpectAsync<QueueDeclareOk>();
        await channel.ExpectAsync<BasicGetEmpty>();
        Assert.That((await channel.ExpectMessageAsync<BasicGetOk>()).Text, Is.EqualTo("one"));
        await channel.ExpectAsync<QueueBindOk>();
        await channel.ExpectAsync<BasicQosOk>();
        await channel.ExpectAsync<ConfirmSelectOk>();
        await channel.ExpectAsync<QueueDeleteOk>();
    }

    [Test]
    public async Task A_whole_session_may_come_in_one_piece()
    {
        string queue = NewName("q");
        var client = await DialAsync();

        await client.SendAsync((byte[])
        [
            .. ProtocolHeader.Amqp091,
            .. Encoded.Frame(0, new ConnectionStartOk(FieldTable.Empty, "PLAIN", await RawHandshake.PlainAsync(), "en_US")),
            .. Encoded.Frame(0, new ConnectionTuneOk(2047, 131_072, 0)),
            .. Encoded.Frame(0, new ConnectionOpen("/")),
            .. Encoded.Frame(1, new ChannelOpen()),
            .. Encoded.Frame(1, new QueueDeclare(queue, false, false, true, false, false, FieldTable.Empty)),
            .. Encoded.Frame(1, new BasicPublish("", queue, false, false)),
            .. Encoded.Frame(FrameType.Header, 1, Encoded.Header(5, [0, 0])),
            .. Encoded.Frame(FrameType.Body, 1, "hello"u8),
            .. Encoded.Frame(1, new BasicGet(queue, true)),
        ]);

        await client.ExpectAsync<ConnectionStart>(0);
        await client.ExpectAsync<ConnectionTune>(0);
        await client.ExpectAsync<ConnectionOpenOk>(0);
        await client.ExpectAsync<ChannelOpenOk>(1);
        await client.ExpectAsync<QueueDeclareOk>(1);
        Assert.That((await new RawChannel(client, 1).ExpectMessageAsync<BasicGetOk>()).Text, Is.EqualTo("hello"));
    }

    [Test]
    public async Task Frames_may_come_byte_by_byte()
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");
        byte[] bytes =
        [
            .. Encoded.Frame(1, new QueueDeclare(queue, false, false, true, false, false, FieldTable.Empty)),
            .. Encoded.Frame(1, new BasicPublish("", queue, false, false)),
            .. Encoded.Frame(FrameType.Header, 1, Encoded.Header(5, [0, 0])),
            .. Encoded.Frame(FrameType.Body, 1, "hello"u8),
        ];

        foreach (byte octet in bytes)
            await channel.Client.SendAsync(new[] { octet });

        await channel.ExpectAsync<QueueDeclareOk>();
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("hello"));
    }

    [Test]
    public async Task Many_channels_may_be_open_at_once()
    {
        const ushort count = 500;
        var client = await ConnectAsync();
        for (ushort number = 1; number <= count; number++)
            await client.SendAsync(number, new ChannelOpen());
        for (ushort number = 1; number <= count; number++)
            await client.SendAsync(number, new ChannelFlow(true));

        for (ushort number = 1; number <= count; number++)
        {
            await client.ExpectAsync<ChannelOpenOk>(number);
            await client.ExpectAsync<ChannelFlowOk>(number);
        }
    }

    [Test]
    public async Task A_number_may_be_opened_and_closed_over_and_over()
    {
        var client = await ConnectAsync();

        for (int round = 0; round < 200; round++)
        {
            var channel = await client.OpenChannelAsync(1);
            await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));
        }
    }
}
