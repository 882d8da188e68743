using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>A message is delivered exactly as published, byte for byte.</summary>
public class ContentRoundTripTests : BehaviourTests
{
    private static readonly FieldTable _everyType = new(
        new FieldValue[]
        {
            FieldValue.FromBoolean(true), FieldValue.FromInteger(FieldType.SByte, -1), FieldValue.FromInteger(FieldType.Byte, 255),
            FieldValue.FromInteger(FieldType.Int16, -1), FieldValue.FromInteger(FieldType.UInt16, 65535), FieldValue.FromInt32(-1),
            FieldValue.FromInteger(FieldType.UInt32, uint.MaxValue), FieldValue.FromInt64(long.MinValue), FieldValue.FromSingle(1.5f),
            FieldValue.FromDouble(-1e300), FieldValue.FromDecimal(2, 314), FieldValue.FromString("é"), FieldValue.FromBytes([0, 255]),
            FieldValue.FromTimestamp(1_700_000_000), FieldValue.Void,
            FieldValue.FromArray([FieldValue.FromInt32(1), FieldValue.FromArray([]), FieldValue.FromTable(FieldTable.Empty)]),
            FieldValue.FromTable(Table("inner", FieldValue.FromTable(Table("most", FieldValue.FromString("x"))))),
        }.Select((value, index) => KeyValuePair.Create($"{(char)value.Type}{index}", value)));

    private static readonly BasicProperties _allProperties = new()
    {
        ContentType = "text/plain",
        ContentEncoding = "utf-8",
        Headers = _everyType,
        DeliveryMode = 1,
        Priority = 7,
        CorrelationId = "correlation",
        ReplyTo = "reply",
        Expiration = "60000",
        MessageId = "message",
        Timestamp = 1_700_000_000,
        Type = "type",
        UserId = "guest",
        AppId = "app",
        ClusterId = "cluster",
    };

    private static IEnumerable<TestCaseData> Properties =>
    [
        Case("none", "0000"),
        Case("all", Convert.ToHexString(Encoded.Properties(_allProperties))),
        Case("an empty headers table", "2000" + "00000000"),
        Case("an empty content type", "8000" + "00"),
        Case("a flag that means nothing", "0002"),
        Case("a content type that is not UTF-8", "8000" + "02FFFE"),
        Case("a header whose text is not UTF-8", "2000" + "00000009" + "0161" + "53" + "00000002" + "FFFE"),
        Case("headers of one name", "2000" + "00000008" + "0161" + "7401" + "0161" + "7400"),
        Case("the highest priority", "0800" + "FF"),
        Case("the highest timestamp", "0040" + "FFFFFFFFFFFFFFFF"),
    ];

    [TestCaseSource(nameof(Properties))]
    public async Task Properties_come_back_as_they_went(string hex)
    {
        byte[] properties = Convert.FromHexString(hex);

        var got = await RoundTripAsync(properties, "body"u8.ToArray());

        Assert.That(Convert.ToHexString(got.Properties), Is.EqualTo(hex));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(131_064)]
    [TestCase(131_065)]
    [TestCase(500_000)]
    [TestCase(5_000_000)]
    public async Task A_body_of_any_size_comes_back_as_it_went(int size)
    {
        byte[] body = new byte[size];
        new Random(size).NextBytes(body);

        var got = await RoundTripAsync([0, 0], body);

        Assert.That(got.Body.AsSpan().SequenceEqual(body), Is.True);
        Assert.That(got.BodyFrames, Is.EqualTo((size + 131_063) / 131_064));
    }

    [Test]
    public async Task A_body_may_come_in_frames_of_any_size()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.SendAsync(new BasicPublish("", queue, false, false));
        await channel.SendFrameAsync(FrameType.Header, Encoded.Header(6, [0, 0]));

        foreach (string part in (string[])["a", "bc", "", "def"])
            await channel.SendFrameAsync(FrameType.Body, System.Text.Encoding.ASCII.GetBytes(part));

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("abcdef"));
    }

    [Test]
    public async Task A_header_larger_than_the_receivers_frames_is_sent_whole()
    {
        var channel = await OpenChannelAsync();
        string queue = NewQueueName();
        await channel.DeclareQueueAsync(queue);
        await channel.PublishAsync("", queue, "x", new() { Headers = Table("k", FieldValue.FromBytes(new byte[9000])) });
        await channel.LookUpQueueAsync(queue);
        var small = await (await ConnectAsync(frameMax: 4096)).OpenChannelAsync();

        var got = await small.GetAsync(queue);

        Assert.That(got.Content.Decoded.Headers?["k"]?.AsBytes().Length, Is.EqualTo(9000));
    }

    [TestCase("8000" + "09" + "6162", TestName = "Properties_shorter_than_they_say_are_an_error")]
    [TestCase("1000", TestName = "Properties_that_are_missing_are_an_error")]
    [TestCase("1000" + "02" + "7A7A", TestName = "Properties_with_something_behind_them_are_an_error")]
    [TestCase("2000" + "000000FF", TestName = "Headers_longer_than_the_frame_are_an_error")]
    [TestCase("2000" + "00000003" + "0161" + "5A", TestName = "Headers_with_an_unknown_type_are_an_error")]
    [TestCase("2000" + "00000005" + "0161" + "49" + "0000", TestName = "Headers_with_a_field_cut_short_are_an_error")]
    public async Task Malformed_properties_close_the_connection(string hex)
    {
        // RabbitMQ closes the connection with reply code 541 (internal error). This broker uses a reply code for errors of the client.
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.PublishAsync(new BasicPublish("", queue, false, false), Convert.FromHexString(hex), "x"u8.ToArray());

        await channel.Client.ExpectCloseOrEndAsync(ReplyCode.FrameError, ReplyCode.SyntaxError, ReplyCode.InternalError);
    }

    private async Task<RawContent> RoundTripAsync(byte[] properties, byte[] body)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, noAck: true);
        await channel.PublishAsync(new BasicPublish("", queue, false, false), properties, body);
        return (await channel.ExpectDeliveryAsync()).Content;
    }

    private static TestCaseData Case(string name, string hex) => new TestCaseData(hex).SetArgDisplayNames(name);
}
