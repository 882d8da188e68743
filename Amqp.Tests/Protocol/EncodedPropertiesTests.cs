using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Amqp.Protocol;
using Amqp.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Protocol;

public class EncodedPropertiesTests
{
    [Test]
    public void They_say_what_the_decoded_properties_say() =>
        Prop.ForAll(Generators.Properties.ToArbitrary(), properties =>
        {
            byte[] bytes = Encoded.Properties(properties);
            var encoded = EncodedProperties.Read(bytes);

            Assert.That(encoded.DeliveryMode, Is.EqualTo(properties.DeliveryMode ?? 0));
            Assert.That(encoded.Priority, Is.EqualTo(properties.Priority ?? 0));
            Assert.That(encoded.IsPersistent, Is.EqualTo(properties.DeliveryMode == 2));
            Assert.That(Encoding.UTF8.GetString(encoded.UserId), Is.EqualTo(properties.UserId ?? ""));
            Assert.That(Encoding.UTF8.GetString(encoded.ReplyTo), Is.EqualTo(properties.ReplyTo ?? ""));
            Assert.That(FieldTableCodec.Read(encoded.Headers), Is.EqualTo(properties.Headers ?? FieldTable.Empty));
            Assert.That((encoded.Flags & PropertyFlags.Timestamp) != 0, Is.EqualTo(properties.Timestamp is not null));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Each_property_is_found_without_decoding_the_others() =>
        Prop.ForAll(Generators.Properties.ToArbitrary(), properties =>
        {
            byte[] bytes = Encoded.Properties(properties);

            Assert.That(Find(PropertyFlags.CorrelationId), Is.EqualTo(properties.CorrelationId ?? ""));
            Assert.That(Find(PropertyFlags.MessageId), Is.EqualTo(properties.MessageId ?? ""));
            Assert.That(Find(PropertyFlags.ClusterId), Is.EqualTo(properties.ClusterId ?? ""));
            var timestamp = EncodedProperties.Find(bytes, PropertyFlags.Timestamp);
            Assert.That(
                timestamp.IsEmpty ? (ulong?)null : BinaryPrimitives.ReadUInt64BigEndian(timestamp),
                Is.EqualTo(properties.Timestamp));

            string Find(PropertyFlags property) => Encoding.UTF8.GetString(EncodedProperties.Find(bytes, property));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void The_headers_stand_where_they_say() =>
        Prop.ForAll(Generators.Properties.ToArbitrary(), properties =>
        {
            byte[] bytes = Encoded.Properties(properties);
            int offset = EncodedProperties.HeadersOffset(bytes);

            if (properties.Headers is null)
                Assert.That(offset, Is.EqualTo(-1));
            else
                Assert.That(new WireReader(bytes.AsSpan(offset)).ReadTable(), Is.EqualTo(properties.Headers));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Another_reply_to_changes_nothing_else() =>
        Prop.ForAll(Generators.Properties.ToArbitrary(), properties =>
        {
            byte[] bytes = Encoded.Properties(properties with { ReplyTo = "before" }), changed = new byte[bytes.Length + 100];

            int length = EncodedProperties.ReplaceReplyTo(bytes, "a-longer-name"u8, changed);

            Assert.That(BasicProperties.Read(changed.AsSpan(0, length)), Is.EqualTo(properties with { ReplyTo = "a-longer-name" }));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Where_there_is_no_reply_to_none_can_be_replaced() =>
        Assert.That(() => EncodedProperties.ReplaceReplyTo([0x10, 0x00, 2], "name"u8, new byte[100]), Throws.ArgumentException);

    [TestCase(true)]
    [TestCase(false)]
    public void Rewritten_they_have_other_headers_and_everything_else_as_it_was(bool keepsExpiration) =>
        Prop.ForAll(Generators.Properties.ToArbitrary(), properties =>
        {
            var headers = FieldTable.Empty.With("new", FieldValue.FromInt32(1));
            var output = new ArrayBufferWriter<byte>();
            EncodedProperties.Rewrite(Encoded.Properties(properties), headers, keepsExpiration, output);

            var expected = properties with { Headers = headers, Expiration = keepsExpiration ? properties.Expiration : null };
            Assert.That(output.WrittenSpan.ToArray(), Is.EqualTo(Encoded.Properties(expected)));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Rewritten_with_a_timestamp_they_have_that_and_no_other() =>
        Prop.ForAll(Generators.Properties.ToArbitrary(), properties =>
        {
            var output = new ArrayBufferWriter<byte>();
            EncodedProperties.Rewrite(
                Encoded.Properties(properties), FieldTable.Empty, keepsExpiration: true, output, timestamp: 1_700_000_000);

            var expected = properties with { Headers = FieldTable.Empty, Timestamp = 1_700_000_000 };
            Assert.That(output.WrittenSpan.ToArray(), Is.EqualTo(Encoded.Properties(expected)));
        }).QuickCheckThrowOnFailure();

    [TestCase(1, false)]
    [TestCase(2, true)]
    [TestCase(3, false)]
    public void Only_delivery_mode_2_is_persistent(byte mode, bool persistent) =>
        Assert.That(EncodedProperties.Read([0x10, 0x00, mode]).IsPersistent, Is.EqualTo(persistent));

    [Test]
    public void Random_bytes_are_properties_or_an_amqp_error() =>
        Prop.ForAll(Generators.Bytes.ToArbitrary(), bytes =>
        {
            try
            {
                EncodedProperties.Read(bytes);
            }
            catch (AmqpException)
            {
            }
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Headers_that_are_no_table_are_refused() =>
        Assert.That(
            () => EncodedProperties.Read([0x20, 0x00, 0, 0, 0, 3, 1, (byte)'a', (byte)'Z']).Flags,
            Throws.AmqpError(ReplyCode.SyntaxError));

    [Test]
    public void Bytes_behind_the_list_are_refused() =>
        Assert.That(() => EncodedProperties.Read([0x10, 0x00, 2, 0]).Flags, Throws.AmqpError(ReplyCode.SyntaxError));

    [Test]
    public void Properties_behind_a_continuation_are_let_pass() =>
        Assert.That(EncodedProperties.Read([0x10, 0x01, 0x80, 0x00, 2, 1, (byte)'a']).DeliveryMode, Is.EqualTo(2));

    /// <summary>
    /// The message has known and unknown properties. The flags of the unknown properties are in a second and a third word of flags.
    /// </summary>
    [TestCase(true)]
    [TestCase(false)]
    public void Behind_a_continuation_each_property_stands_where_it_is_and_what_nobody_knows_is_kept(bool keepsExpiration)
    {
        byte[] headers = Encoded.Fields(FieldTable.Empty.With("h", FieldValue.FromInt32(7))),
            others = Encoded.Fields(FieldTable.Empty.With("i", FieldValue.FromInt64(8)));
        byte[] before = List(expires: true, headers);

        Assert.That(EncodedProperties.HeadersOffset(before), Is.EqualTo(8));
        Assert.That(EncodedProperties.Find(before, PropertyFlags.ContentType).ToArray(), Is.EqualTo("a"u8.ToArray()));
        Assert.That(EncodedProperties.Find(before, PropertyFlags.DeliveryMode).ToArray(), Is.EqualTo(new byte[] { 2 }));
        Assert.That(EncodedProperties.Find(before, PropertyFlags.Expiration).ToArray(), Is.EqualTo("9"u8.ToArray()));
        var output = new ArrayBufferWriter<byte>();
        EncodedProperties.Rewrite(before, others, keepsExpiration, output);

        Assert.That(output.WrittenSpan.ToArray(), Is.EqualTo(List(keepsExpiration, others)));

        static byte[] List(bool expires, byte[] fields) =>
        [
            (byte)(expires ? 0xB1 : 0xB0), 1, 0, 1, 0x80, 0, 1, (byte)'a', 0, 0, 0, (byte)fields.Length, .. fields, 2,
            .. (byte[])(expires ? [1, (byte)'9'] : []), 1, (byte)'z',
        ];
    }

    [Test]
    public void A_continuation_that_never_ends_is_refused() =>
        Assert.That(() => EncodedProperties.Read([0, 1, 0, 1, 0, 1]).Flags, Throws.AmqpError(ReplyCode.SyntaxError));
}
