using Amqp.Protocol;

namespace Amqp.Tests.Protocol;

public class ProtocolHeaderTests
{
    [Test]
    public void Our_header_is_amqp_0_0_9_1() =>
        Assert.That(Convert.ToHexString(ProtocolHeader.Amqp091), Is.EqualTo("414D5150" + "00000901"));

    [TestCase("414D5150" + "01010901", true)]
    [TestCase("414D5150" + "01010800", true)]
    [TestCase("414D5150" + "00000800", false)]
    [TestCase("414D5150" + "00000901", false)]
    [TestCase("414D5150" + "01010009", false)]
    public void Two_headers_ask_for_0_8(string hex, bool asks) =>
        Assert.That(ProtocolHeader.IsAmqp08(Convert.FromHexString(hex)), Is.EqualTo(asks));

    [TestCase("414D5150" + "00000901", true)]
    [TestCase("414D5150" + "01010009", true)]
    [TestCase("414D5150" + "00000900", false)]
    [TestCase("414D5150" + "00010000", false)]
    [TestCase("414D5150" + "03010000", false)]
    [TestCase("474554202F204854", false)]
    [TestCase("414D5150" + "000009", false)]
    public void Two_headers_are_accepted_and_no_other(string hex, bool accepted) =>
        Assert.That(ProtocolHeader.IsAccepted(Convert.FromHexString(hex)), Is.EqualTo(accepted));
}
