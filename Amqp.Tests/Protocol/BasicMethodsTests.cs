using Amqp.Protocol;

namespace Amqp.Tests.Protocol;

public class BasicMethodsTests
{
    private static readonly FieldTable _aIsTrue = FieldTable.Empty.With("a", FieldValue.FromBoolean(true));

    [Test]
    public void Basic_qos_carries_size_count_and_scope() =>
        GoldenBytes.AssertAre(new BasicQos(10, 258, Global: true), "003C" + "000A", "0000000A", "0102", "01");

    [Test]
    public void Basic_qos_ok_carries_nothing() =>
        GoldenBytes.AssertAre(new BasicQosOk(), "003C" + "000B");

    [TestCase(true, false, false, false, "01")]
    [TestCase(false, true, false, false, "02")]
    [TestCase(false, false, true, false, "04")]
    [TestCase(false, false, false, true, "08")]
    public void Basic_consume_packs_its_flags_into_one_octet_lowest_bit_first(
        bool noLocal, bool noAck, bool exclusive, bool noWait, string flags) =>
        GoldenBytes.AssertAre(
            new BasicConsume("q", "t", noLocal, noAck, exclusive, noWait, _aIsTrue),
            "003C" + "0014", "0000", "01" + "71", "01" + "74", flags, "00000004" + "0161" + "7401");

    [Test]
    public void Basic_consume_ok_carries_the_tag() =>
        GoldenBytes.AssertAre(new BasicConsumeOk("t"), "003C" + "0015", "01" + "74");

    [Test]
    public void Basic_cancel_carries_the_tag_and_a_flag() =>
        GoldenBytes.AssertAre(new BasicCancel("t", NoWait: true), "003C" + "001E", "01" + "74", "01");

    [Test]
    public void Basic_cancel_ok_carries_the_tag() =>
        GoldenBytes.AssertAre(new BasicCancelOk("t"), "003C" + "001F", "01" + "74");

    [TestCase(true, false, "01")]
    [TestCase(false, true, "02")]
    public void Basic_publish_carries_exchange_key_and_two_flags(bool mandatory, bool immediate, string flags) =>
        GoldenBytes.AssertAre(
            new BasicPublish("x", "k", mandatory, immediate), "003C" + "0028", "0000", "01" + "78", "01" + "6B", flags);

    [Test]
    public void Basic_return_carries_code_text_exchange_and_key() =>
        GoldenBytes.AssertAre(
            new BasicReturn(312, "NO", "x", "k"), "003C" + "0032", "0138", "02" + "4E4F", "01" + "78", "01" + "6B");

    [Test]
    public void Basic_deliver_carries_tags_redelivery_exchange_and_key() =>
        GoldenBytes.AssertAre(
            new BasicDeliver("t", 0x0102030405060708, Redelivered: true, "x", "k"),
            "003C" + "003C", "01" + "74", "0102030405060708", "01", "01" + "78", "01" + "6B");

    [Test]
    public void Basic_get_carries_queue_and_a_flag() =>
        GoldenBytes.AssertAre(new BasicGet("q", NoAck: true), "003C" + "0046", "0000", "01" + "71", "01");

    [Test]
    public void Basic_get_ok_carries_tag_redelivery_exchange_key_and_what_is_left() =>
        GoldenBytes.AssertAre(
            new BasicGetOk(1, Redelivered: true, "x", "k", 258),
            "003C" + "0047", "0000000000000001", "01", "01" + "78", "01" + "6B", "00000102");

    [Test]
    public void Basic_get_empty_carries_a_reserved_argument() =>
        GoldenBytes.AssertAre(new BasicGetEmpty(), "003C" + "0048", "00");

    [Test]
    public void Basic_ack_carries_a_tag_and_a_flag() =>
        GoldenBytes.AssertAre(new BasicAck(1, Multiple: true), "003C" + "0050", "0000000000000001", "01");

    [Test]
    public void Basic_reject_carries_a_tag_and_a_flag() =>
        GoldenBytes.AssertAre(new BasicReject(1, Requeue: true), "003C" + "005A", "0000000000000001", "01");

    [TestCase(true, false, "01")]
    [TestCase(false, true, "02")]
    public void Basic_nack_carries_a_tag_and_two_flags(bool multiple, bool requeue, string flags) =>
        GoldenBytes.AssertAre(new BasicNack(1, multiple, requeue), "003C" + "0078", "0000000000000001", flags);

    [Test]
    public void Basic_recover_async_carries_a_flag() =>
        GoldenBytes.AssertAre(new BasicRecoverAsync(true), "003C" + "0064", "01");

    [Test]
    public void Basic_recover_carries_a_flag() =>
        GoldenBytes.AssertAre(new BasicRecover(true), "003C" + "006E", "01");

    [Test]
    public void Basic_recover_ok_carries_nothing() =>
        GoldenBytes.AssertAre(new BasicRecoverOk(), "003C" + "006F");
}
