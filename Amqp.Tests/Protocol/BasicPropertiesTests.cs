using Amqp.Protocol;
using Amqp.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Protocol;

public class BasicPropertiesTests
{
    private static readonly BasicProperties _all = new()
    {
        ContentType = "a",
        ContentEncoding = "b",
        Headers = FieldTable.Empty.With("h", FieldValue.Void),
        DeliveryMode = 2,
        Priority = 5,
        CorrelationId = "c",
        ReplyTo = "d",
        Expiration = "6",
        MessageId = "e",
        Timestamp = 7,
        Type = "f",
        UserId = "g",
        AppId = "i",
        ClusterId = "j",
    };

    private static readonly string _allInHex =
        "FFFC" + "0161" + "0162" + "00000003" + "0168" + "56" + "02" + "05" + "0163" + "0164" + "0136" + "0165" +
        "0000000000000007" + "0166" + "0167" + "0169" + "016A";

    [Test]
    public void All_fourteen_follow_their_flags_in_order() =>
        Assert.That(Convert.ToHexString(Encoded.Properties(_all)), Is.EqualTo(_allInHex));

    [Test]
    public void All_fourteen_are_read() =>
        Assert.That(BasicProperties.Read(Convert.FromHexString(_allInHex)), Is.EqualTo(_all));

    [Test]
    public void None_is_one_word_of_flags() =>
        Assert.That(Encoded.Properties(new BasicProperties()), Is.EqualTo(new byte[] { 0, 0 }));

    [TestCase("8000" + "0161", nameof(BasicProperties.ContentType), "a")]
    [TestCase("4000" + "0161", nameof(BasicProperties.ContentEncoding), "a")]
    [TestCase("1000" + "02", nameof(BasicProperties.DeliveryMode), (byte)2)]
    [TestCase("0800" + "05", nameof(BasicProperties.Priority), (byte)5)]
    [TestCase("0400" + "0161", nameof(BasicProperties.CorrelationId), "a")]
    [TestCase("0200" + "0161", nameof(BasicProperties.ReplyTo), "a")]
    [TestCase("0100" + "0161", nameof(BasicProperties.Expiration), "a")]
    [TestCase("0080" + "0161", nameof(BasicProperties.MessageId), "a")]
    [TestCase("0040" + "0000000000000007", nameof(BasicProperties.Timestamp), 7ul)]
    [TestCase("0020" + "0161", nameof(BasicProperties.Type), "a")]
    [TestCase("0010" + "0161", nameof(BasicProperties.UserId), "a")]
    [TestCase("0008" + "0161", nameof(BasicProperties.AppId), "a")]
    [TestCase("0004" + "0161", nameof(BasicProperties.ClusterId), "a")]
    public void Each_has_a_flag_of_its_own(string hex, string name, object value)
    {
        var properties = BasicProperties.Read(Convert.FromHexString(hex));

        Assert.That(properties, Has.Property(name).EqualTo(value));
        Assert.That(Convert.ToHexString(Encoded.Properties(properties)), Is.EqualTo(hex));
    }

    [Test]
    public void Whatever_is_written_reads_back() =>
        Prop.ForAll(Generators.Properties.ToArbitrary(), properties => BasicProperties.Read(Encoded.Properties(properties)) == properties)
            .QuickCheckThrowOnFailure();

    [Test]
    public void A_list_cut_short_is_refused()
    {
        byte[] encoded = Convert.FromHexString(_allInHex);
        for (int length = 0; length < encoded.Length; length++)
        {
            Assert.That(() => BasicProperties.Read(encoded.AsSpan(0, length)), Throws.AmqpError(ReplyCode.SyntaxError));
            Assert.That(() => EncodedProperties.Read(encoded.AsSpan(0, length)), Throws.AmqpError(ReplyCode.SyntaxError));
        }
    }
}
