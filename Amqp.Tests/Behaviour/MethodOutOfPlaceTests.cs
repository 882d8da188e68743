using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>
/// The broker uses reply codes 503, 504 and 540 if a method comes on the wrong channel, at the wrong time, or from the wrong peer.
/// </summary>
public class MethodOutOfPlaceTests : BehaviourTests
{
    private static IEnumerable<TestCaseData> ForChannel0 =>
    [
        Method(new ChannelOpen()), Method(new BasicQos(0, 1, false)), Method(new BasicPublish("", "", false, false)),
        Method(new QueueDeclare("q", false, false, false, false, false, FieldTable.Empty)), Method(new TxSelect()),
        Method(new ConnectionOpen("/")), Method(new ConnectionTuneOk(0, 0, 0)), Method(new ConnectionCloseOk()),
        Method(new ConnectionStartOk(FieldTable.Empty, "PLAIN", [], "en_US")), Method(new ConnectionSecureOk([])),
        Method(new ConnectionStart(0, 9, FieldTable.Empty, [], [])), Method(new ConnectionBlocked("")),
    ];

    private static IEnumerable<TestCaseData> OfTheServersSide =>
    [
        Method(new ChannelOpenOk()),
        Method(new ChannelFlowOk(true)),
        Method(new ExchangeDeclareOk()),
        Method(new QueueDeclareOk("q", 0, 0)),
        Method(new QueueDeleteOk(0)),
        Method(new BasicQosOk()),
        Method(new BasicCancelOk("t")),
        Method(new BasicGetEmpty()),
        Method(new BasicConsumeOk("t")),
        Method(new BasicRecoverOk()),
        Method(new ConfirmSelectOk()),
        Method(new TxSelectOk()),
        Method(new AccessRequestOk(1)),
    ];

    private static IEnumerable<TestCaseData> ForAnUnopenedChannel =>
    [
        Method(new BasicQos(0, 1, false)),
        Method(new ChannelClose(200, "", 0, 0)),
        Method(new ChannelCloseOk()),
        Method(new ChannelFlow(true)),
        Method(new ConnectionClose(200, "", 0, 0)),
        Method(new ConfirmSelect(false)),
    ];

    private static IEnumerable<TestCaseData> OfTheConnection =>
        [Method(new ConnectionClose(200, "", 0, 0)), Method(new ConnectionOpen("/")), Method(new ConnectionUpdateSecret([], ""))];

    [TestCaseSource(nameof(ForChannel0))]
    public async Task On_channel_0_only_a_running_connections_own_methods_are_heard(MethodId id, byte[] frameOnChannel0)
    {
        var client = await ConnectAsync();

        await client.SendAsync(frameOnChannel0);

        await client.ExpectCloseAsync(ReplyCode.ChannelError, "CHANNEL_ERROR - unexpected method in connection state running", id);
    }

    [TestCaseSource(nameof(ForAnUnopenedChannel))]
    public async Task On_a_channel_that_was_never_opened_only_open_is_heard(MethodId id, byte[] frame)
    {
        var client = await ConnectAsync();

        await client.SendAsync(OnChannel(5, frame));

        await client.ExpectCloseAsync(ReplyCode.ChannelError, "CHANNEL_ERROR - expected 'channel.open'", id);
    }

    [Test]
    public async Task A_publish_on_a_channel_that_was_never_opened_is_refused_when_it_is_complete()
    {
        var client = await ConnectAsync();

        await new RawChannel(client, 5).PublishAsync("", "q", "abc");

        await client.ExpectCloseAsync(ReplyCode.ChannelError, "CHANNEL_ERROR - expected 'channel.open'", BasicPublish.Id);
    }

    [TestCaseSource(nameof(OfTheConnection))]
    public async Task A_method_of_the_connection_is_invalid_on_a_channel(MethodId id, byte[] frame)
    {
        var channel = await OpenChannelAsync();

        await channel.Client.SendAsync(OnChannel(1, frame));

        await channel.Client.ExpectCloseAsync(ReplyCode.CommandInvalid, "COMMAND_INVALID - unimplemented method", id);
    }

    [TestCaseSource(nameof(OfTheServersSide))]
    public async Task A_method_that_only_servers_send_is_invalid(MethodId id, byte[] frame)
    {
        var channel = await OpenChannelAsync();

        await channel.Client.SendAsync(OnChannel(1, frame));

        await channel.Client.ExpectCloseAsync(ReplyCode.CommandInvalid, "COMMAND_INVALID - unimplemented method", id);
    }

    [Test]
    public async Task A_delivery_from_a_client_is_invalid_when_its_content_is_complete()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new BasicDeliver("t", 1, false, "", ""));
        await channel.SendFrameAsync(FrameType.Header, Encoded.Header(0, [0, 0]));

        await channel.Client.ExpectCloseAsync(ReplyCode.CommandInvalid, "COMMAND_INVALID - unimplemented method", BasicDeliver.Id);
    }

    [Test]
    public async Task A_second_open_is_a_channel_error()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new ChannelOpen());

        await channel.Client.ExpectCloseAsync(ReplyCode.ChannelError, "CHANNEL_ERROR - second 'channel.open' seen", ChannelOpen.Id);
    }

    [TestCase((ushort)1, "00630001", TestName = "An_unknown_class_ends_the_connection")]
    [TestCase((ushort)0, "00630001", TestName = "An_unknown_class_on_channel_0_ends_the_connection")]
    [TestCase((ushort)5, "00630001", TestName = "An_unknown_class_on_an_unopened_channel_ends_the_connection")]
    [TestCase((ushort)1, "003C0063", TestName = "An_unknown_method_of_a_known_class_ends_the_connection")]
    [TestCase((ushort)1, "00280032", TestName = "Method_50_of_exchange_ends_the_connection_though_its_ok_is_51")]
    [TestCase((ushort)1, "00000000", TestName = "Class_0_ends_the_connection")]
    public async Task An_unknown_method_ends_the_connection(int channel, string id)
    {
        // RabbitMQ's reader crashes on this method, and its client sees a connection reset. This broker sends connection.close.
        var client = await ConnectAsync();
        await client.OpenChannelAsync();

        await client.SendFrameAsync(FrameType.Method, (ushort)channel, Convert.FromHexString(id));

        await client.ExpectCloseOrEndAsync(
            ReplyCode.FrameError, ReplyCode.SyntaxError, ReplyCode.CommandInvalid, ReplyCode.ChannelError, ReplyCode.NotImplemented);
    }

    private static TestCaseData Method<TMethod>(TMethod method)
        where TMethod : struct, IMethod<TMethod> =>
        new TestCaseData(TMethod.Id, Encoded.Frame(0, method)).SetArgDisplayNames(typeof(TMethod).Name);

    private static byte[] OnChannel(byte channel, byte[] frame)
    {
        byte[] moved = [.. frame];
        moved[2] = channel;
        return moved;
    }
}
