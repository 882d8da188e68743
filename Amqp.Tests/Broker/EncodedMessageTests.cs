using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Tests.Support;

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

        Assert.That(
            Convert.ToHexString(head),
            Is.EqualTo("0178" + "02726B" + "80000003" + "0010" + "0102030405060708" + "000000000000EA60" + "100002"));
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

        Assert.That(
            Convert.ToHexString(head),
            Is.EqualTo("0178" + "02726B" + "80000003" + "0012" + "FFFFFFFFFFFFFFFF" + "FFFFFFFFFFFFFFFF" + "0109" + "100002"));
        AssertParts([.. head, .. _body], null);
        Assert.That(EncodedMessage.Read(head).HiddenKeys.ToArray(), Is.EqualTo(new byte[] { 1, 9 }));
    }

    [TestCase(255, "a|255|b")]
    [TestCase(256, "a|b", Description = "no routing key is so long: it is left out, and those behind it are not")]
    public void Keys_of_BCC_that_may_be_routing_keys_are_hidden_and_found_again(int length, string hidden)
    {
        var keys = FieldValue.FromArray([
            FieldValue.FromString("a"),
            FieldValue.FromInt32(1),
            FieldValue.FromString(new string('k', length)),
            FieldValue.FromString("b")
        ]);

        string[] found = SenderSelectedKeys.Reveal(
            SenderSelectedKeys.Hide(Encoded.Fields(FieldTable.Empty.With("CC", keys).With("BCC", keys))));

        Assert.That(string.Join('|', found.Select(key => key.Length > 1 ? $"{key.Length}" : key)), Is.EqualTo(hidden));
    }

    [Test]
    public void More_keys_of_BCC_than_a_message_can_hold_are_cut_at_a_whole_one()
    {
        var keys = FieldValue.FromArray([.. Enumerable.Range(0, 400).Select(number => FieldValue.FromString($"{number:D250}"))]);

        byte[] hidden = SenderSelectedKeys.Hide(Encoded.Fields(FieldTable.Empty.With("BCC", keys)));

        byte[] head = EncodedMessage.NewHead(_address, _properties, hidden);
        Assert.That(
            SenderSelectedKeys.Reveal(EncodedMessage.Read(head).HiddenKeys),
            Is.EqualTo(Enumerable.Range(0, 65_519 / 251).Select(number => $"{number:D250}")));
        AssertParts([.. head, .. _body], null);
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
