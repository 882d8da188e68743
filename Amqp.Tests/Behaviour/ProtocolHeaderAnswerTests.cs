using Amqp.Protocol;

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
