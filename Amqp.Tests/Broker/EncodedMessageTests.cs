using Amqp.Server.Broker;

namespace Amqp.Tests.Broker;

public class EncodedMessageTests
{
    private static readonly byte[] _address = [1, (byte)'x', 2, (byte)'r', (byte)'k'];
    private static readonly byte[] _properties = [0x10, 0, 2];
    private static readonly byte[] _body = [1, 2, 3];

    [Test]
    public void A_message_without_a_stamp_is_as_small_as_ever()
    {
        byte[] head = new byte[EncodedMessage.HeadSize(_address.Length, _properties.Length)];
        EncodedMessage.WriteHead(head, _address, _properties);

        Assert.That(Convert.ToHexString(head), Is.EqualTo("0178" + "02726B" + "00000003" + "100002"));
        AssertParts([.. head, .. _body], null);
    }

    [Test]
    public void A_stamp_stands_before_the_properties()
    {
        var stamp = new MessageStamp(0x0102030405060708, 60_000);
        byte[] head = new byte[EncodedMessage.StampedHeadSize(_address.Length, _properties.Length)];
        EncodedMessage.WriteHead(head, _address, _properties, stamp);

        Assert.That(Convert.ToHexString(head), Is.EqualTo("0178" + "02726B" + "80000003" + "0010" + "0102030405060708" + "000000000000EA60" + "100002"));
        AssertParts([.. head, .. _body], stamp);
    }

    [Test]
    public void Hidden_keys_stand_behind_the_stamp()
    {
        byte[] message = [0, 0, 0x80, 0, 0, 3, 0, 18, .. new byte[15], 5, 1, 9, .. _properties, .. _body];
        var read = EncodedMessage.Read(message);

        Assert.That(read.Stamp, Is.EqualTo(new MessageStamp(0, 5)));
        Assert.That(read.HiddenKeys.ToArray(), Is.EqualTo(new byte[] { 1, 9 }));
        Assert.That(read.Properties.ToArray(), Is.EqualTo(_properties));
    }

    [Test]
    public void Hidden_keys_need_no_time()
    {
        byte[] head = EncodedMessage.NewHead(_address, _properties, [1, 9]);

        Assert.That(Convert.ToHexString(head), Is.EqualTo("0178" + "02726B" + "80000003" + "0012" + "FFFFFFFFFFFFFFFF" + "FFFFFFFFFFFFFFFF" + "0109" + "100002"));
        AssertParts([.. head, .. _body], null);
        Assert.That(EncodedMessage.Read(head).HiddenKeys.ToArray(), Is.EqualTo(new byte[] { 1, 9 }));
    }

    private static void AssertParts(byte[] message, MessageStamp? stamp)
    {
        var read = EncodedMessage.Read(message);
        Assert.That(read.Address.ToArray(), Is.EqualTo(_address));
        Assert.That(read.Stamp, Is.EqualTo(stamp));
        Assert.That(read.Properties.ToArray(), Is.EqualTo(_properties));
        Assert.That(read.Body.ToArray(), Is.EqualTo(_body));
    }
}
