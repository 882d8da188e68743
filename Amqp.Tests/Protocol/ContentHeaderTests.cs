using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Protocol;

public class ContentHeaderTests
{
    [Test]
    public void A_header_is_class_weight_body_size_and_properties()
    {
        var header = ContentHeader.Read(Convert.FromHexString("003C" + "0001" + "0102030405060708" + "100002"));

        Assert.That(header.ClassId, Is.EqualTo(60));
        Assert.That(header.Weight, Is.EqualTo(1));
        Assert.That(header.BodySize, Is.EqualTo(0x0102030405060708));
        Assert.That(header.Properties.ToArray(), Is.EqualTo(new byte[] { 0x10, 0x00, 0x02 }));
    }

    [TestCase(0)]
    [TestCase(12)]
    [TestCase(13)]
    public void A_header_without_a_word_of_flags_is_refused(int length) =>
        Assert.That(() => ContentHeader.Read(new byte[length]).ClassId, Throws.AmqpError(ReplyCode.SyntaxError));
}
