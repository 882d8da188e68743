using System.Text;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class ProtocolHeaderAnswerTests : BehaviourTests
{
    private static readonly byte[] _ourHeader = [.. "AMQP"u8, 0, 0, 9, 1];

    [TestCase("414D5150" + "00000901", TestName = "Amqp_0_9_1_is_answered_with_connection_start")]
    [TestCase("414D5150" + "01010009", TestName = "The_header_that_old_clients_send_for_0_9_is_answered_with_connection_start")]
    public async Task An_accepted_header_is_answered_with_connection_start(string header)
    {
        var client = await DialAsync();

        await client.SendAsync(Convert.FromHexString(header));

        var start = await client.ExpectAsync<ConnectionStart>(0);
        Assert.That((start.VersionMajor, start.VersionMinor), Is.EqualTo((0, 9)));
    }

    [TestCase("414D5150" + "01010901", TestName = "The_header_that_old_Python_clients_send_is_answered_with_connection_start_of_0_8")]
    [TestCase("414D5150" + "01010800", TestName = "The_header_that_old_clients_send_for_0_8_is_answered_with_connection_start_of_0_8")]
    public async Task A_client_of_0_8_is_spoken_to_as_it_knows_it(string header)
    {
        var client = await DialAsync();

        await client.SendAsync(Convert.FromHexString(header));

        var start = await client.ExpectAsync<ConnectionStart>(0);
        Assert.That((start.VersionMajor, start.VersionMinor), Is.EqualTo((8, 0)));
        Assert.That(start.ServerProperties["capabilities"]!.Value.AsTable(), Is.Empty);
        await client.LogInAsync(properties: FieldTable.Empty);
        await client.ExpectAsync<ConnectionTune>(0);
        await client.SendAsync(0, new ConnectionTuneOk(2047, 131_072, 0));
        await client.SendAsync(0, new ConnectionOpen("/"));
        await client.ExpectAsync<ConnectionOpenOk>(0);
        await client.SendAsync(1, new ChannelOpen());
        // The answer is channel.open-ok without the field for the channel id.
        Assert.That((await client.ReceiveAsync(1)).Payload, Is.EqualTo(new byte[] { 0, 20, 0, 11 }));
        var channel = new RawChannel(client, 1);
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "a");

        // the method lacks its last field, the arguments
        byte[] consume = [0, 60, 0, 20, 0, 1, (byte)queue.Length, .. Encoding.ASCII.GetBytes(queue), 1, (byte)'c', 0];
        await channel.SendFrameAsync(FrameType.Method, consume);
        await channel.ExpectAsync<BasicConsumeOk>();
        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("a"));
        await channel.SendAsync(new BasicRecoverAsync(Requeue: true));
        Assert.That((await channel.ExpectDeliveryAsync()).Method.Redelivered, Is.True);

        await client.SendFrameAsync(FrameType.Method, 0, [0, 10, 0, 60, 0, 200, 0, 0, 0, 0, 0]);
        Assert.That((await client.ReceiveAsync()).Payload, Is.EqualTo(new byte[] { 0, 10, 0, 61 }));
    }

    [Test]
    public async Task A_client_of_0_8_is_sent_away_with_the_close_that_it_knows()
    {
        var client = await DialAsync();
        await client.SendAsync((byte[])[.. "AMQP"u8, 1, 1, 9, 1]);
        await client.ExpectAsync<ConnectionStart>(0);
        await client.LogInAsync(properties: FieldTable.Empty);
        await client.ExpectAsync<ConnectionTune>(0);
        await client.SendAsync(0, new ConnectionTuneOk(2047, 131_072, 0));

        await client.SendAsync(0, new ConnectionOpen(NewName("v")));

        var close = await client.ReceiveAsync();
        Assert.That(close.Payload[..6], Is.EqualTo(new byte[] { 0, 10, 0, 60, 530 >> 8, 530 & 255 }));
        await client.SendFrameAsync(FrameType.Method, 0, [0, 10, 0, 61]);
        await client.ExpectEndAsync();
    }

    [TestCase("414D5150" + "00000900", TestName = "Amqp_0_9_0_is_answered_with_our_header")]
    [TestCase("414D5150" + "00000800", TestName = "Amqp_0_8_is_answered_with_our_header")]
    [TestCase("414D5150" + "00010000", TestName = "Amqp_1_0_is_answered_with_our_header")]
    [TestCase("414D5150" + "03010000", TestName = "Amqp_1_0_with_sasl_is_answered_with_our_header")]
    [TestCase("474554202F20485454502F312E310D0A", TestName = "Http_is_answered_with_our_header")]
    [TestCase("16030100C0010000BC0303", TestName = "A_tls_hello_is_answered_with_our_header")]
    public async Task Any_other_header_is_answered_with_ours_and_the_end(string header)
    {
        var client = await DialAsync();

        await client.SendAsync(Convert.FromHexString(header));

        Assert.That(await client.ReceiveBytesAsync(8), Is.EqualTo(_ourHeader));
        await client.ExpectEndAsync();
    }

    [Test]
    public async Task A_header_may_come_byte_by_byte()
    {
        var client = await DialAsync();

        foreach (byte octet in _ourHeader)
            await client.SendAsync(new[] { octet });

        await client.ExpectAsync<ConnectionStart>(0);
    }
}
