using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Hosting;

/// <summary>
/// A client makes an error in tune-ok, or between tune-ok and open-ok. The broker closes the connection with the right code.
/// </summary>
public class HandshakeErrorTests
{
    private BrokerInProcess _broker = null!;

    private static byte[] UnknownVirtualHost => Encoded.Frame(0, new ConnectionOpen("nope"));

    private static byte[] AnotherMethod => Encoded.Frame(0, new ConnectionUpdateSecret([], ""));

    private static byte[] NoMethod => Encoded.Frame(FrameType.Body, 0, "body"u8);

    private static byte[] Channel => Encoded.Frame(1, new ChannelOpen());

    /// <summary>The bytes that the client sends in place of a valid connection.open, and the expected reply code.</summary>
    private static IEnumerable<TestCaseData> Errors =>
    [
        new TestCaseData(UnknownVirtualHost, ReplyCode.NotAllowed).SetArgDisplayNames("unknown virtual host"),
        new TestCaseData((byte[])[.. UnknownVirtualHost, .. Channel, .. NoMethod], ReplyCode.NotAllowed)
            .SetArgDisplayNames("unknown virtual host and more"),
        new TestCaseData(AnotherMethod, ReplyCode.ChannelError).SetArgDisplayNames("another method"),
        new TestCaseData((byte[])[.. AnotherMethod, .. Channel, .. NoMethod], ReplyCode.ChannelError)
            .SetArgDisplayNames("another method and more"),
        new TestCaseData(NoMethod, ReplyCode.UnexpectedFrame).SetArgDisplayNames("no method"),
        new TestCaseData(Channel, ReplyCode.UnexpectedFrame).SetArgDisplayNames("a channel"),
    ];

    [OneTimeSetUp]
    public async Task StartAsync() => _broker = await BrokerInProcess.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _broker.DisposeAsync();

    [TestCaseSource(nameof(Errors))]
    public async Task An_error_is_answered_with_a_close_and_then_the_client_is_heard_to_its_close_ok(byte[] sent, ReplyCode code)
    {
        await using var broker = await BrokerProcess.StartAsync();
        using var client = await TuneAsync(broker);

        await client.SendAsync(sent);

        var close = await client.ExpectAsync<ConnectionClose>();
        Assert.That((ReplyCode)close.ReplyCode, Is.EqualTo(code), close.ReplyText);
        await client.SendAsync(0, new ConnectionClose(200, "crossed", 0, 0)); // the reply to this close shows that the broker still reads
        await client.ExpectAsync<ConnectionCloseOk>();
        await client.SendAsync(0, new ConnectionCloseOk());
        await client.ExpectEndAsync();
        await DemandNoFaultAsync(broker);
    }

    [Test]
    public async Task Bytes_that_are_no_frames_behind_an_error_do_not_hide_the_close_ok()
    {
        await using var broker = await BrokerProcess.StartAsync();
        using var client = await TuneAsync(broker);

        await client.SendAsync((byte[])[.. UnknownVirtualHost, .. Enumerable.Repeat((byte)0xEE, 100)]);

        await client.ExpectAsync<ConnectionClose>();
        await client.SendAsync(0, new ConnectionCloseOk());
        await client.ExpectEndAsync();
        await DemandNoFaultAsync(broker);
    }

    /// <summary>
    /// After an oversized frame, the broker searches the input for the bytes of close-ok. They may arrive in several pieces.
    /// </summary>
    [Test]
    public async Task A_close_ok_behind_a_frame_that_is_too_large_is_found_in_pieces([Values] bool isAmqp08, [Values(1, 6, 11)] int cut)
    {
        byte[] closeOk = [1, 0, 0, 0, 0, 0, 4, 0, 10, 0, (byte)(isAmqp08 ? 61 : 51), Frame.End];
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Port}"));
        await client.SendAsync((byte[])(isAmqp08 ? [.. "AMQP"u8, 1, 1, 9, 1] : ProtocolHeader.Amqp091.ToArray()));
        await client.ExpectAsync<ConnectionStart>(0);
        await client.LogInAsync(properties: FieldTable.Empty);
        await client.ExpectAsync<ConnectionTune>(0);
        await client.SendAsync(0, new ConnectionTuneOk(2047, 131_072, 0));

        await client.SendAsync((byte[])[1, 0, 0, 0xFF, 0, 0, 0, .. new byte[20], .. closeOk[..cut]]);
        Assert.That(
            (await client.ReceiveAsync()).Payload[..6],
            Is.EqualTo(new byte[] { 0, 10, 0, (byte)(isAmqp08 ? 60 : 50), 501 >> 8, 501 & 255 }));
        await client.SendAsync(closeOk.AsMemory(cut));

        await client.ExpectEndAsync();
        await Eventually.Holds(() => _broker.Connections.Count == 0, () => "the connection is still there");
        Assert.That(_broker.Log, Has.None.Contains("handshake not done"), "the close-ok was found, so no timeout closed the connection");
    }

    [TestCase(2047, 4095u, "negotiated frame_max = 4095 is lower than the minimum allowed value (4096)")]
    [TestCase(2047, 131_073u, "negotiated frame_max = 131073 is higher than the maximum allowed value (131072)")]
    [TestCase(2047, uint.MaxValue, "negotiated frame_max = 4294967295 is higher than the maximum allowed value (131072)")]
    [TestCase(2048, 131_072u, "negotiated channel_max = 2048 is higher than the maximum allowed value (2047)")]
    [TestCase(0, 131_072u, "negotiated channel_max = 0 (no limit) is higher than the maximum allowed value (2047)")]
    public async Task What_a_client_asks_for_and_cannot_have_is_named(int channelMax, uint frameMax, string text)
    {
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Port}"));
        await client.LogInAndExpectTuneAsync();

        await client.SendAsync(0, new ConnectionTuneOk((ushort)channelMax, frameMax, 0));

        await client.ExpectCloseAsync(ReplyCode.NotAllowed, $"NOT_ALLOWED - {text}", ConnectionTuneOk.Id);
    }

    [Test]
    public async Task What_is_said_in_the_handshake_counts_as_received_and_sent()
    {
        var before = _broker.Connections.All.ToHashSet();
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Port}"));
        byte[][] said =
        [
            ProtocolHeader.Amqp091.ToArray(),
            Encoded.Frame(0, new ConnectionStartOk(FieldTable.Empty, "PLAIN", "\0guest\0guest"u8.ToArray(), "en_US")),
            [.. Encoded.Frame(0, new ConnectionTuneOk(2047, 131_072, 0)), .. Encoded.Frame(0, new ConnectionOpen("/"))],
            Encoded.Frame(1, new ChannelOpen()),
        ];
        int sent = 0;
        foreach (byte[] octets in said)
        {
            await client.SendAsync(octets);
            sent += (await client.ReceiveAsync()).Payload.Length + Frame.Overhead;
        }

        var counts = _broker.Connections.All.Single(
            connection => connection.Client is not null && !before.Contains(connection)).Outbox.Counts;
        await Eventually.Holds(() => counts.SentOctets == sent, () => $"{counts.SentOctets} octets of {sent}");
        Assert.That(counts.ReceivedOctets, Is.EqualTo(said.Sum(octets => octets.Length)));
    }

    private static async Task<AmqpSocket> TuneAsync(BrokerProcess broker)
    {
        var client = await AmqpSocket.DialAsync(broker.Port);
        await client.SendAsync(ProtocolHeader.Amqp091.ToArray());
        await client.ExpectAsync<ConnectionStart>();
        await client.SendAsync(0, new ConnectionStartOk(RawHandshake.ClientProperties, "PLAIN", "\0guest\0guest"u8.ToArray(), "en_US"));
        await client.ExpectAsync<ConnectionTune>();
        await client.SendAsync(0, new ConnectionTuneOk(2047, 131_072, 0));
        return client;
    }

    /// <summary>Stops the broker. Checks that its log contains no unexpected exception.</summary>
    private static async Task DemandNoFaultAsync(BrokerProcess broker)
    {
        Assert.That(await broker.StopAsync(), Is.Zero);
        Assert.That(broker.Output, Does.Not.Contain("an error of the broker's own").And.Not.Contain("   at "));
    }
}
