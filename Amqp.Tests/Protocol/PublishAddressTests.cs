using System.Text;
using Amqp.Protocol;
using Amqp.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Protocol;

public class PublishAddressTests
{
    [Test]
    public void It_says_what_the_decoded_method_says() =>
        Prop.ForAll(Generators.ShortStrings.Two().ToArbitrary(), Generators.Bits.ToArbitrary(), (strings, bits) =>
        {
            var publish = new BasicPublish(strings.Item1, strings.Item2, (bits & 1) != 0, (bits & 2) != 0);
            var address = PublishAddress.Read(Encoded.Arguments(publish));

            Assert.That(Encoding.UTF8.GetString(address.Exchange), Is.EqualTo(publish.Exchange));
            Assert.That(Encoding.UTF8.GetString(address.RoutingKey), Is.EqualTo(publish.RoutingKey));
            Assert.That(address.Mandatory, Is.EqualTo(publish.Mandatory));
            Assert.That(address.Immediate, Is.EqualTo(publish.Immediate));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Its_encoded_form_splits_into_exchange_and_key()
    {
        var address = PublishAddress.Read(Encoded.Arguments(new BasicPublish("exchange", "key", false, false)));

        PublishAddress.Split(address.Encoded, out var exchange, out var routingKey);

        Assert.That(Encoding.UTF8.GetString(exchange), Is.EqualTo("exchange"));
        Assert.That(Encoding.UTF8.GetString(routingKey), Is.EqualTo("key"));
        Assert.That(address.Encoded.Length, Is.EqualTo("exchange".Length + "key".Length + 2));
    }

    [Test]
    public void Arguments_cut_short_are_refused()
    {
        byte[] arguments = Encoded.Arguments(new BasicPublish("x", "k", true, false));
        for (int length = 0; length < arguments.Length; length++)
            Assert.That(() => PublishAddress.Read(arguments.AsSpan(0, length)).Mandatory, Throws.AmqpError(ReplyCode.SyntaxError));
    }
}
