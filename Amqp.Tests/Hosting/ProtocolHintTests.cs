using Amqp.Server.Connections;

namespace Amqp.Tests.Hosting;

/// <summary>If a client uses another protocol than AMQP 0-9-1, the log describes the protocol.</summary>
public class ProtocolHintTests
{
    [TestCase("16030100C0010000BC0303", "a TLS client on a plain port")]
    [TestCase("474554202F204854", "an HTTP client on the AMQP port")]
    [TestCase("504F5354202F2061", "an HTTP client on the AMQP port")]
    [TestCase("505554202F206170", "an HTTP client on the AMQP port")]
    [TestCase("48454144202F2048", "an HTTP client on the AMQP port")]
    [TestCase("44454C455445202F", "an HTTP client on the AMQP port")]
    [TestCase("4F5054494F4E5320", "an HTTP client on the AMQP port")]
    [TestCase("4745544152544943", "the octets 4745544152544943")]
    [TestCase("1602010001000000", "the octets 1602010001000000")]
    [TestCase("414D515003010000", "AMQP with the protocol header 3 1 0 0")]
    [TestCase("0102030405060708", "the octets 0102030405060708")]
    public void It_names_what_the_first_octets_look_like(string octets, string hint) =>
        Assert.That(ProtocolHint.Describe(Convert.FromHexString(octets)), Is.EqualTo(hint));
}
