using System.Buffers;
using Amqp.Protocol;

namespace Amqp.Tests.Protocol;

public class WireWriterTests
{
    [TestCase(255, "")]
    [TestCase(0, "é")]
    [TestCase(253, "é")]
    public void A_short_string_holds_255_bytes_of_utf8(int letters, string end)
    {
        var output = new ArrayBufferWriter<byte>();

        new WireWriter(output).WriteShortString(new string('a', letters) + end);

        Assert.That(output.WrittenSpan[0], Is.EqualTo(output.WrittenCount - 1));
    }

    [TestCase(256, "")]
    [TestCase(254, "é")]
    public void A_longer_text_is_the_callers_mistake(int letters, string end) =>
        Assert.That(
            () => new WireWriter(new ArrayBufferWriter<byte>()).WriteShortString(new string('a', letters) + end),
            Throws.ArgumentException);

    [Test]
    public void A_long_string_of_text_is_its_utf8()
    {
        var output = new ArrayBufferWriter<byte>();

        new WireWriter(output).WriteLongString("aé");

        Assert.That(Convert.ToHexString(output.WrittenSpan), Is.EqualTo("00000003" + "61" + "C3A9"));
    }
}
